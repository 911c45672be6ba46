import type { ConnectApi, ConnectorConfig } from '../connect/connect-api.ts'
import { configOf, halt, pathOf, statusOf, waitUntilRunning } from '../connect/connector-states.ts'
import { ConnectctlError } from '../connect/errors.ts'
import { failedPart } from '../connect/verdict.ts'
import { type ConfigChange, diffConfig } from '../settings/diff-config.ts'
import { error, type Finding } from '../settings/finding.ts'
import { begin, type BeginOptions, progressOf, rebuildSchemaHistory } from './begin-at-position.ts'
import type { Source } from '../source/source.ts'
import type { ConnectorFile } from './connector-file.ts'
import { readOffsets } from './saved-offsets.ts'

export type ApplyOptions = BeginOptions & {
  /** Gets the changes before they are sent. */
  readonly onDifference?: (changes: readonly ConfigChange[], exists: boolean) => void
  /** Whether to wait until every task runs (the default). */
  readonly wait?: boolean
  /** Rebuilds a lost or unreadable schema history from the tables as they are now. */
  readonly rebuildHistory?: boolean
}
export type ApplyResult = {
  readonly outcome: 'created' | 'changed' | 'unchanged' | 'rebuilt'
  readonly changes: readonly ConfigChange[]
  /** Set when a person paused or stopped the connector: it stays so, and apply doesn't wait for it. */
  readonly idle?: 'paused' | 'stopped'
}

/**
 * Applies the connector's file and waits until every task runs. Safe to repeat, also after an interrupted run. A
 * connector that a person paused or stopped stays so.
 */
export async function applyConnector(
  api: ConnectApi,
  file: ConnectorFile,
  options: ApplyOptions
): Promise<ApplyResult> {
  const current = await configOf(api, file.name)
  const changes = diffConfig(current ?? {}, file.config)
  if (current === undefined || changes.length > 0) options.onDifference?.(changes, current !== undefined)
  const before = current && (await statusOf(api, file.name))
  const idle = idleStates[before?.connector.state ?? '']
  const begins =
    current === undefined || (mayBeUnbegun(current, file, idle) && (await progressOf(api, file)) !== 'reads')
  const outcome = begins ? 'created' : outcomeOf(changes, options)
  if (outcome !== 'unchanged') await refuseInvalid(api, file)
  const source = current === undefined ? orDeleting(api, file, options.source) : options.source
  if (current === undefined) await createStopped(api, file, options)
  await source.requireRest(() => readOffsets(api, file.name))
  const hasRead = await carryOut[outcome](api, file, { ...options, source })
  if (idle !== undefined && (outcome === 'changed' || outcome === 'unchanged')) return { outcome, changes, idle }
  const oldTrace = before && failedPart(before)?.trace
  if (options.wait !== false)
    await waitUntilRunning(api, file.name, {
      settleMs: outcome === 'unchanged' || hasRead ? 1_500 : diesWithinMs,
      ...options,
      oldTrace
    })
  return { outcome, changes }
}

/** A task says RUNNING before it reads, and dies a few seconds later if it can't. */
const diesWithinMs = 5_000

/** Stopped, so that its offsets can be set before it reads. */
async function createStopped(api: ConnectApi, file: ConnectorFile, options: ApplyOptions): Promise<void> {
  const { name, config } = file
  await api.request('POST', '/connectors', { body: { name, config, initial_state: 'STOPPED' } })
  await orDelete(api, file, () => halt(api, name, { ...options, verb: 'stop' }))
}

/** A new connector that can't start isn't left behind: it would look as if a person had stopped it. */
function orDelete<T>(api: ConnectApi, { name }: ConnectorFile, work: () => Promise<T>): Promise<T> {
  return work().catch(async error => {
    await api.request('DELETE', pathOf(name), { orMissing: true })
    throw error
  })
}

/** The same source, for a new connector: one that can't begin isn't left behind. */
function orDeleting(api: ConnectApi, file: ConnectorFile, source: Source): Source {
  return {
    ...source,
    requireRest: stored => orDelete(api, file, () => source.requireRest(stored)),
    async beginningAt(start) {
      const found = await orDelete(api, file, () => source.beginningAt(start))
      return { ...found, place: () => orDelete(api, file, found.place) }
    }
  }
}

const idleStates: Readonly<Record<string, ApplyResult['idle']>> = { PAUSED: 'paused', STOPPED: 'stopped' }

/** Resolves to whether the connector was seen to read. */
type Step = (api: ConnectApi, file: ConnectorFile, options: ApplyOptions) => Promise<boolean>

const carryOut: Readonly<Record<ApplyResult['outcome'], Step>> = {
  created: begin,
  rebuilt: rebuildSchemaHistory,
  async changed(api, { name, config }) {
    await api.request('PUT', pathOf(name, '/config'), { body: config })
    return false
  },
  // A task that failed before stays FAILED until it is restarted, whatever the file says now.
  async unchanged(api, { name }) {
    await api.request('POST', pathOf(name, '/restart?includeTasks=true&onlyFailed=true'))
    return false
  }
}

/** An interrupted run leaves a connector that was never resumed, or one in Debezium's recovery mode. */
function mayBeUnbegun(current: ConnectorConfig, { config }: ConnectorFile, idle: ApplyResult['idle']): boolean {
  const mode = 'snapshot.mode'
  return idle === 'stopped' || (idle === undefined && current[mode] === 'recovery' && config[mode] !== 'recovery')
}

/** Validates first, because Connect 4.3 answers an invalid configuration with a 500 that gives no reason. */
async function refuseInvalid(api: ConnectApi, file: ConnectorFile): Promise<void> {
  const said = (await validateByWorker(api, file)).map(({ key, why }) => `${key} ${why}`).join('; ')
  if (said !== '') throw new ConnectctlError('CONFIG_INVALID', `${file.name} was refused: ${said}`)
}

function outcomeOf(changes: readonly ConfigChange[], { rebuildHistory }: ApplyOptions): ApplyResult['outcome'] {
  if (rebuildHistory === true) return 'rebuilt'
  return changes.length > 0 ? 'changed' : 'unchanged'
}

type Validation = { configs: { value: { name: string; errors: string[] } | null }[] }

/** Connect's own validation, which logs in to the database and knows the classes of transforms and converters. */
export async function validateByWorker(api: ConnectApi, file: ConnectorFile): Promise<readonly Finding[]> {
  const plugin = encodeURIComponent(file.config['connector.class'] ?? '')
  const body = { ...file.config, name: file.name }
  const answer = await api.request<Validation>('PUT', `/connector-plugins/${plugin}/config/validate`, { body })
  return answer.configs.flatMap(({ value }) => value?.errors.map(text => error(value.name, `(Connect) ${text}`)) ?? [])
}
