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
  async function ask({ method, path, timeoutMs }: Request): Promise<string> {
    let failure: unknown = new Error('No address of Kafka Connect is set')
    for (const url of urls) {
      try {
        const signal = AbortSignal.timeout(timeoutMs)
        const response = await fetch(`${url.replace(/\/$/, '')}${path}`, { method, signal })
        const text = await response.text()
        if (response.ok) return text
        throw new ConnectRefusal(response.status, messageIn(text) ?? `HTTP ${response.status}, perhaps still starting`)
      } catch (error) {
        if (error instanceof ConnectRefusal) throw error
        failure = error
      }
    }
    throw new Error(reasonOf(failure), { cause: failure })
  }
  return {
    get: async path => JSON.parse(await ask({ method: 'GET', path, timeoutMs: 1_400 })) as never,
    async send(method, path) {
      await ask({ method, path, timeoutMs: 20_000 })
    }
  }
}

/** A worker that has just begun answers with a page of HTML. */
function messageIn(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { message?: string }).message?.split('\n')[0]
  } catch {
    return undefined
  }
}
