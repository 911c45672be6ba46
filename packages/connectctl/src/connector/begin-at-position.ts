import type { ConnectApi } from '../connect/connect-api.ts'
import { halt, pathOf, resume, untilStatus } from '../connect/connector-states.ts'
import { isRunning } from '../connect/verdict.ts'
import { type BinlogPosition, notYetReadMark, offsetsAt } from './binlog-position.ts'
import type { ConnectorFile } from './connector-file.ts'
import { brokersOf } from './kafka.ts'
import { readOffsets } from './saved-offsets.ts'
import { deleteSchemaHistory } from './schema-history.ts'

export type BeginOptions = {
  /** Where a connector without offsets starts to read the binlog. */
  readonly startAt: () => Promise<BinlogPosition>
  readonly note?: (line: string) => void
  /** Kafka's address on this machine, if it differs from the connector's. */
  readonly brokers?: readonly string[]
  readonly timeoutMs?: number
}

/**
 * Starts a stopped connector so that it misses no event: at its saved offsets, or else at the given binlog position.
 * Without offsets, Debezium would start at the present. Also completes a start that was interrupted.
 */
export async function begin(api: ConnectApi, file: ConnectorFile, options: BeginOptions): Promise<void> {
  const progress = await progressOf(api, file)
  if (progress === 'reads') {
    options.note?.(`${file.name} continues at the offsets that Connect kept`)
    // An interrupted start may have left the settings of recovery mode.
    await api.request('PUT', pathOf(file.name, '/config'), { body: file.config })
    await api.request('PUT', pathOf(file.name, '/resume'))
    return
  }
  if (progress === 'nothing') {
    const position = await options.startAt()
    options.note?.(`${file.name} begins at ${position.file}:${position.position}`)
    await api.request('PATCH', pathOf(file.name, '/offsets'), { body: offsetsAt(position, file.config) })
  }
  await runInRecoveryMode(api, file, options)
}

/** How far a connector has come. If it is stopped and has read nothing yet, its start was interrupted. */
export async function progressOf(api: ConnectApi, { name }: ConnectorFile): Promise<'nothing' | 'is placed' | 'reads'> {
  const { offsets } = await readOffsets(api, name)
  if (offsets.length === 0) return 'nothing'
  return offsets.some(({ offset }) => offset !== null && notYetReadMark in offset) ? 'is placed' : 'reads'
}

/** Rebuilds the schema history from the tables as they are now; the offsets stay. */
export async function rebuildSchemaHistory(api: ConnectApi, file: ConnectorFile, options: BeginOptions): Promise<void> {
  await halt(api, file.name, { ...options, verb: 'stop' })
  const { offsets } = await readOffsets(api, file.name)
  await deleteSchemaHistory(file.config, options.brokers ?? brokersOf(file.config, {}), options.timeoutMs)
  const marked = offsets.map(each => ({ ...each, offset: { ...each.offset, [notYetReadMark]: true } }))
  options.note?.(`${file.name} reads the tables as they are now; it goes on at its offsets`)
  await api.request('PATCH', pathOf(file.name, '/offsets'), { body: { offsets: marked } })
  await runInRecoveryMode(api, file, options)
}

/** Runs Debezium's recovery mode until it reads the binlog, then applies the settings of the file. */
async function runInRecoveryMode(api: ConnectApi, file: ConnectorFile, options: BeginOptions): Promise<void> {
  const recovery = { ...file.config, 'snapshot.mode': 'recovery', 'heartbeat.interval.ms': '500' }
  await api.request('PUT', pathOf(file.name, '/config'), { body: recovery })
  // A task that failed in an earlier attempt stays FAILED while its settings are the same.
  await halt(api, file.name, { ...options, verb: 'stop' })
  await resume(api, file.name, { ...options, settleMs: 0 })
  await untilStatus(api, file.name, {
    ...options,
    holds: async status => isRunning(status) && (await hasRead(api, file)),
    settleMs: 0,
    complaint: 'read nothing from the binlog'
  })
  await api.request('PUT', pathOf(file.name, '/config'), { body: file.config })
}

async function hasRead(api: ConnectApi, { name }: ConnectorFile): Promise<boolean> {
  const { offsets } = await readOffsets(api, name)
  const offset = offsets[0]?.offset ?? {}
  return !(notYetReadMark in offset) && !('snapshot' in offset)
}
