import type { ConnectApi, ConnectorConfig } from '../connect/connect-api.ts'
import { ConnectctlError } from '../connect/errors.ts'
import { halt, pathOf, resume, untilStatus } from '../connect/connector-states.ts'
import { isRunning } from '../connect/verdict.ts'
import { diffConfig } from '../settings/diff-config.ts'
import { notYetReadMark, type Source, type StartName } from '../source/source.ts'
import type { ConnectorFile } from './connector-file.ts'
import { type KafkaCluster, kafkaOf } from '../kafka/kafka.ts'
import { readOffsets } from './saved-offsets.ts'
import { deleteSchemaHistory } from '../kafka/schema-history.ts'

export type BeginOptions = {
  /** The database that the connector reads. */
  readonly source: Source
  /** Where a connector without offsets begins; `recorded` by default. */
  readonly startAt?: StartName
  readonly note?: (line: string) => void
  /** Kafka as this machine reaches it, if that differs from the connector's schema history. */
  readonly kafka?: KafkaCluster
  readonly timeoutMs?: number
}

/**
 * Starts a stopped connector so that it misses no event: at its saved offsets, or else at the given place.
 * Without offsets, Debezium would start at the present. Also completes a start that was interrupted. Resolves to whether the
 * connector was seen to read.
 */
export async function begin(api: ConnectApi, file: ConnectorFile, options: BeginOptions): Promise<boolean> {
  const progress = await progressOf(api, file)
  if (progress === 'reads') {
    options.note?.(`${file.name} continues at the offsets that Connect kept`)
    // An interrupted start may have left the settings of its first run.
    await api.request('PUT', pathOf(file.name, '/config'), { body: file.config })
    await api.request('PUT', pathOf(file.name, '/resume'))
    return false
  }
  if (progress === 'nothing') {
    const beginning = await options.source.beginningAt(options.startAt ?? 'recorded')
    const offsets = await beginning.place()
    options.note?.(`${file.name} begins at ${beginning.words}`)
    await api.request('PATCH', pathOf(file.name, '/offsets'), { body: offsets })
  }
  return runFirst(api, file, options)
}

/** How far a connector has come. If it is stopped and has read nothing yet, its start was interrupted. */
export async function progressOf(api: ConnectApi, { name }: ConnectorFile): Promise<'nothing' | 'is placed' | 'reads'> {
  const { offsets } = await readOffsets(api, name)
  if (offsets.length === 0) return 'nothing'
  return offsets.some(({ offset }) => offset !== null && notYetReadMark in offset) ? 'is placed' : 'reads'
}

/** Rebuilds the schema history from the tables as they are now; the offsets stay. Resolves once the connector was seen to read. */
export async function rebuildSchemaHistory(
  api: ConnectApi,
  file: ConnectorFile,
  options: BeginOptions
): Promise<boolean> {
  const { engine } = options.source
  if (engine !== 'MySQL')
    throw new ConnectctlError(
      'CONFIG_INVALID',
      `${file.name} reads ${engine}, which has no schema history: apply it without --rebuild-history`
    )
  await halt(api, file.name, { ...options, verb: 'stop' })
  const { offsets } = await readOffsets(api, file.name)
  await deleteSchemaHistory(file.config, options.kafka ?? kafkaOf(file.config, {}), options.timeoutMs)
  const marked = offsets.map(each => ({ ...each, offset: { ...each.offset, [notYetReadMark]: true } }))
  options.note?.(`${file.name} reads the tables as they are now; it goes on at its offsets`)
  await api.request('PATCH', pathOf(file.name, '/offsets'), { body: { offsets: marked } })
  return runFirst(api, file, options)
}

/** Runs it until it reads, on MySQL in Debezium's recovery mode, and then with the settings of its file. */
async function runFirst(api: ConnectApi, file: ConnectorFile, options: BeginOptions): Promise<true> {
  const { firstRun } = options.source
  await api.request('PUT', pathOf(file.name, '/config'), { body: firstRun ?? file.config })
  // A task that failed in an earlier attempt stays FAILED while its settings are the same.
  await halt(api, file.name, { ...options, verb: 'stop' })
  await resume(api, file.name, { ...options, settleMs: 0 })
  await untilStatus(api, file.name, {
    ...options,
    holds: async status => isRunning(status) && (await hasRead(api, file)),
    settleMs: 0,
    complaint: `read nothing from ${options.source.log}`
  })
  if (firstRun === undefined) return true
  await api.request('PUT', pathOf(file.name, '/config'), { body: file.config })
  // Connect answers before it gives its tasks new settings, and starts them again.
  const keys = diffConfig(firstRun, file.config).map(({ key }) => key)
  await untilStatus(api, file.name, {
    ...options,
    holds: () => haveTasks(api, file, keys),
    holdMs: 0,
    complaint: 'did not take the settings of its file'
  })
  return true
}

async function haveTasks(api: ConnectApi, { name, config }: ConnectorFile, keys: readonly string[]): Promise<boolean> {
  const tasks = await api.request<readonly { readonly config: ConnectorConfig }[]>('GET', pathOf(name, '/tasks'))
  return tasks.every(task => keys.every(key => task.config[key] === config[key]))
}

async function hasRead(api: ConnectApi, { name }: ConnectorFile): Promise<boolean> {
  const { offsets } = await readOffsets(api, name)
  const offset = offsets[0]?.offset ?? {}
  return !(notYetReadMark in offset) && !('snapshot' in offset)
}
