import { createConnectApi, listConnectors } from '@outbox-cdc/connectctl'

export type ConnectCluster = NonNullable<ReturnType<typeof createConnectCluster>>

/** Kafka Connect, asked with short bounds: a page must not wait for a worker that hangs. */
export function createConnectCluster(urls: readonly string[]) {
  if (urls.length === 0) return undefined
  const url = urls.join()
  const reading = createConnectApi({ url, retryForMs: 0, answerTimeoutMs: 1_400 / urls.length })
  const acting = createConnectApi({ url, retryForMs: 0, answerTimeoutMs: 20_000 / urls.length })
  return {
    list: () => listConnectors(reading),
    get: <T>(path: string): Promise<T> => reading.request('GET', path),
    /** For an action that a person asked for. */
    send: (method: 'POST' | 'PUT', path: string): Promise<void> => acting.request(method, path)
  }
}
