import { beginAtPosition, rebuildSchemaHistory } from './begin-at-position.ts'
import type { BeginOptions } from './begin-at-position.ts'
import type { ConnectApi, ConnectorConfig } from './connect-api.ts'
import type { ConnectorFile } from './connector-file.ts'
import { diffConfig } from './diff-config.ts'
import type { ConfigChange } from './diff-config.ts'
import { ConnectctlError } from './errors.ts'
import { validateByWorker } from './validate-by-worker.ts'
import { waitUntilRunning } from './wait-until-running.ts'

export type ApplyOptions = BeginOptions & {
  /** Told what is about to change, before it is sent. */
  readonly onDifference?: (changes: readonly ConfigChange[], exists: boolean) => void
  /** Whether to wait until every task runs (the default). */
  readonly wait?: boolean
  /** Makes the schema history anew from the tables as they are, for when it is lost or cannot be read. */
  readonly rebuildHistory?: boolean
}
export type ApplyResult = {
  readonly outcome: 'created' | 'changed' | 'unchanged' | 'rebuilt'
  readonly changes: readonly ConfigChange[]
}

/** Brings the connector to what its file says and waits until every task runs. Safe to repeat. */
export async function applyConnector(
  api: ConnectApi,
  file: ConnectorFile,
  options: ApplyOptions
): Promise<ApplyResult> {
  const path = `/connectors/${encodeURIComponent(file.name)}`
  const current = await api.request<ConnectorConfig | undefined>('GET', `${path}/config`, { orMissing: true })
  const changes = diffConfig(current ?? {}, file.config)
  if (current === undefined || changes.length > 0) options.onDifference?.(changes, current !== undefined)
  const outcome = outcomeOf(current, changes, options)
  if (outcome !== 'unchanged') await refuseInvalid(api, file)
  if (outcome === 'created') await beginAtPosition(api, file, options)
  if (outcome === 'rebuilt') await rebuildSchemaHistory(api, file, options)
  // A task that failed before stays FAILED, whatever its file says now, until somebody restarts it.
  if (outcome === 'unchanged') await api.request('POST', `${path}/restart?includeTasks=true&onlyFailed=true`)
  if (outcome === 'changed') await api.request('PUT', `${path}/config`, { body: file.config })
  if (options.wait !== false) await waitUntilRunning(api, file.name, options)
  return { outcome, changes }
}

/** Asked beforehand: Connect 4.3 answers a configuration that it finds invalid with a 500 that says nothing. */
async function refuseInvalid(api: ConnectApi, file: ConnectorFile): Promise<void> {
  const findings = await validateByWorker(api, file)
  if (findings.length === 0) return
  const said = findings.map(({ key, why }) => `${key} ${why}`).join('; ')
  throw new ConnectctlError('CONFIG_INVALID', `${file.name} was refused: ${said}`)
}

function outcomeOf(
  current: ConnectorConfig | undefined,
  changes: readonly ConfigChange[],
  { rebuildHistory }: ApplyOptions
): ApplyResult['outcome'] {
  if (current === undefined) return 'created'
  if (rebuildHistory === true) return 'rebuilt'
  return changes.length > 0 ? 'changed' : 'unchanged'
}
