import { connectWorker } from '@outbox-cdc/connectctl'
import type { ConnectWorker } from '@outbox-cdc/connectctl'
import { reasonOf } from '../reason-of.ts'

/** Kafka Connect's REST interface by any of its workers: the first that answers. */
export type ConnectRest = {
  get<T>(path: string): Promise<T>
  /** For an action that a person asked for. */
  send(method: 'POST' | 'PUT', path: string): Promise<void>
}

export class ConnectRefusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'ConnectRefusal'
    this.status = status
  }
}

type Request = { readonly method: string; readonly path: string; readonly timeoutMs: number }

export function createConnectRest(urls: readonly string[]): ConnectRest {
  const workers = urls.map(connectWorker)
  let answered = 0

  /** Begins with the worker that answered last, so that one that is away costs time only once. */
  async function ask(request: Request): Promise<string> {
    let failure: unknown = new Error('No address of Kafka Connect is set')
    const timeoutMs = request.timeoutMs / Math.max(1, urls.length)
    const first = answered
    for (let turn = 0; turn < urls.length; turn++) {
      const index = (first + turn) % urls.length
      try {
        const text = await askOne(workers[index] ?? connectWorker(''), { ...request, timeoutMs })
        answered = index
        return text
      } catch (error) {
        // What a worker that is up refuses, the others would refuse too.
        if (error instanceof ConnectRefusal && error.status < 500) throw error
        failure = failure instanceof ConnectRefusal ? failure : error
      }
    }
    throw failure instanceof ConnectRefusal ? failure : new Error(reasonOf(failure), { cause: failure })
  }
  return {
    get: async path => JSON.parse(await ask({ method: 'GET', path, timeoutMs: 1_400 })) as never,
    async send(method, path) {
      await ask({ method, path, timeoutMs: 20_000 })
    }
  }
}

async function askOne({ base, headers }: ConnectWorker, { method, path, timeoutMs }: Request): Promise<string> {
  const response = await fetch(`${base}${path}`, { method, headers, signal: AbortSignal.timeout(timeoutMs) })
  const text = await response.text()
  if (response.ok) return text
  throw new ConnectRefusal(response.status, messageIn(text) ?? `HTTP ${response.status}, perhaps still starting`)
}

/** A worker that has just begun answers with a page of HTML. */
function messageIn(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { message?: string }).message?.split('\n')[0]
  } catch {
    return undefined
  }
}
