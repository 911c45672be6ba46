import { supervise } from '@outbox-cdc/pipeline'
import { createLogger } from '@outbox-cdc/service-kit'
import { postgresUrl, type Progress, requireFree, StackError, startStack } from '@outbox-cdc/stack'
import { createBroker } from './broker/create-broker.ts'

const host = '127.0.0.1'

type Options = {
  /** Keeps what was published, the log of the database and its password. */
  readonly dir: string
  readonly port: number
  readonly progress: Progress
  /** Gets a line whenever the database ends and is started again. */
  readonly say: (line: string) => void
}

/** Starts a contract broker and its PostgreSQL on loopback. A database that dies is started again, and loses nothing. */
export async function startOwnBroker({ dir, port, progress, say }: Options) {
  await requireFree(port, 'the contract broker', 'CONTRACTS_PORT=N npm run contracts')
  const stack = await startStack({ dir, parts: ['postgres'], progress })
  if (stack.postgres === undefined) throw new StackError('ENGINE_MISSING', 'The contract broker needs PostgreSQL.')
  const supervision = supervise(stack.part('postgres'), say)
  const logger = createLogger('contract-broker', 'warn')
  const broker = createBroker({ databaseUrl: postgresUrl(stack.postgres), host, port, logger })
  const stop = async () => {
    supervision.stop()
    await broker.stop()
    await stack.stopAll()
  }
  try {
    await progress('start the contract broker', () => broker.start())
  } catch (error) {
    await stop()
    throw error
  }
  return { url: `http://${host}:${port}`, stop }
}
