import { createConnectApi, type ExpandedConnector, listConnectors } from '@outbox-cdc/connectctl'

/** Kafka Connect, asked with short bounds: a page must not wait for a worker that hangs. */
export type ConnectCluster = {
  list(): Promise<readonly ExpandedConnector[]>
  get<T>(path: string): Promise<T>
  /** For an action that a person asked for. */
  send(method: 'POST' | 'PUT', path: string): Promise<void>
}

export function createConnectCluster(urls: readonly string[]): ConnectCluster | undefined {
  if (urls.length === 0) return undefined
  const url = urls.join()
  const reading = createConnectApi({ url, retryForMs: 0, answerTimeoutMs: 1_400 / urls.length })
  const acting = createConnectApi({ url, retryForMs: 0, answerTimeoutMs: 20_000 / urls.length })
  return {
    list: () => listConnectors(reading),
    get: path => reading.request('GET', path),
    send: (method, path) => acting.request(method, path)
  }
}
