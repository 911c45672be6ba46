import { beginAtPosition } from './begin-at-position.ts'
import type { BeginOptions } from './begin-at-position.ts'
import type { ConnectApi, ConnectorConfig } from './connect-api.ts'
import type { ConnectorFile } from './connector-file.ts'
import { diffConfig } from './diff-config.ts'
import type { ConfigChange } from './diff-config.ts'
import { waitUntilRunning } from './wait-until-running.ts'

export type ApplyResult = {
  readonly outcome: 'created' | 'changed' | 'unchanged'
  readonly changes: readonly ConfigChange[]
}

/** Brings the connector to what its file says and waits until every task runs. Safe to repeat. */
export async function applyConnector(
  api: ConnectApi,
  file: ConnectorFile,
  options: BeginOptions
): Promise<ApplyResult> {
  const path = `/connectors/${encodeURIComponent(file.name)}`
  const current = await api.request<ConnectorConfig | undefined>('GET', `${path}/config`, { orMissing: true })
  const changes = diffConfig(current ?? {}, file.config)
  if (current === undefined) await beginAtPosition(api, file, options)
  else if (changes.length > 0) await api.request('PUT', `${path}/config`, { body: file.config })
  await waitUntilRunning(api, file.name, options)
  if (current === undefined) return { outcome: 'created', changes }
  return { outcome: changes.length > 0 ? 'changed' : 'unchanged', changes }
}
