import { join } from 'node:path'
import { ensurePostgresAccounts, supervise } from '@outbox-cdc/pipeline'
import { createLogger } from '@outbox-cdc/service-kit'
import {
  databaseUrl,
  type Progress,
  readOrCreateSecret,
  requireFree,
  type Stack,
  StackError,
  startStack
} from '@outbox-cdc/stack'
import { type Broker, createBroker } from './broker/create-broker.ts'

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
  const supervision = supervise(stack.part('postgres'), say)
  const logger = createLogger('contract-broker', 'warn')
  let broker: Broker | undefined
  const stop = async () => {
    supervision.stop()
    await broker?.stop()
    await stack.stopAll()
  }
  try {
    const own = createBroker({ databaseUrl: await ownDatabase(stack, dir), host, port, logger })
    broker = own
    await progress('start the contract broker', () => own.start())
  } catch (error) {
    await stop()
    throw error
  }
  return { url: `http://${host}:${port}`, stop }
}

/** A database of the broker's own, whose account may nothing beside it. */
async function ownDatabase({ postgres }: Stack, dir: string): Promise<string> {
  if (postgres === undefined) throw new StackError('ENGINE_MISSING', 'The contract broker needs PostgreSQL.')
  const [user, database] = ['contract_broker', 'contracts']
  const password = await readOrCreateSecret(join(dir, 'secrets'), user)
  const databases = { [database]: { engine: 'postgres', accounts: { [user]: 'owner' } } } as const
  await ensurePostgresAccounts({ databases }, postgres, new Map([[user, password]]))
  return databaseUrl('postgres', postgres, { user, password, database })
}
