import { join } from 'node:path'
import { root } from '@outbox-cdc/pipeline'
import { allSystems } from '../participants.ts'
import { curlFor } from './curl-for.ts'
import { startStubServer, type StubServer } from './stub-server.ts'
import { type Asked, writeAsked } from './write-asked.ts'

type StubOptions = {
  /** As its contracts call it, such as shop.product. */
  readonly provider: string
  /** Its usual port if left out; 0 for a free one. */
  readonly port?: number | undefined
}

/** A stub, and how to use it. */
export type Stub = StubServer & { readonly explanation: string }

/**
 * Answers as `provider` would, from what others ask it, with the official stub server of Pact. Rejects with a sentence that says
 * what to do.
 */
export async function startStub({ provider, port: wanted }: StubOptions): Promise<Stub> {
  const asked = await writeAsked(await allSystems(), provider, join(root, '.data/contracts/stubs', provider))
  const port = wanted ?? asked.usualPort
  const server = await startStubServer(asked.files, port).catch((error: Error) => {
    throw error.message === `Port ${port} is taken.` ? new Error(`${error.message} ${whatToDo(provider)}`) : error
  })
  return { ...server, explanation: explain(provider, server.url, asked) }
}

/** The same until Ctrl-C. Rejects, too, if the stub server ends by itself. */
export async function runStub({ print, ...options }: StubOptions & { readonly print: (text: string) => void }) {
  const stub = await startStub(options)
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  let stopping: Promise<void> | undefined
  const stop = () => void (stopping ??= stub.stop())
  for (const signal of signals) process.on(signal, stop)
  print(stub.explanation)
  await stub.ended
  for (const signal of signals) process.off(signal, stop)
  if (stopping === undefined) throw new Error('The stub server has ended by itself.')
}

const whatToDo = (provider: string) =>
  `Stop what listens there, such as ${provider} itself, or choose another: npm run contracts -- stub ${provider} --port N`

function explain(provider: string, url: string, { answered, callers }: Asked): string {
  const addresses = callers.flatMap(({ name, variables }) => variables.map(each => `  ${name}: ${each}=${url}`))
  return [
    `Stands in for ${provider} at ${url} until Ctrl-C. What asks it takes the address from its environment:`,
    addresses.join('\n'),
    'It answers what is in the contracts, and 404 to everything else:',
    ...answered.map(each => curlFor(url, each))
  ].join('\n\n')
}
