import type { ConnectorConfig } from '../connect/connect-api.ts'
import { error, type Finding, warning } from './finding.ts'

const handlingModes = {
  'event.converting.failure.handling.mode': ['warn', 'writes NULL where a value cannot be converted'],
  'event.processing.failure.handling.mode': ['fail', 'skips an event that cannot be processed'],
  'event.deserialization.failure.handling.mode': ['fail', 'skips an event that cannot be read'],
  'inconsistent.schema.handling.mode': ['fail', 'skips every event of a table whose schema is not known']
} as const

const skippingSnapshots: Readonly<Record<string, string>> = {
  no_data: 'without an offset it starts at the present: what was committed before is never sent',
  initial: 'without an offset it starts at the present with the rows that still exist: an emptied outbox has none',
  initial_only: 'it stops after the snapshot: nothing is streamed',
  when_needed: 'when the binlog is gone it silently takes a snapshot and skips what is missing',
  always:
    'each start reads the existing rows and starts at the present: rows that came and went meanwhile are never sent',
  recovery: 'it rebuilds the schema history at each start, which is wrong if a table has changed since the offset'
}

type Findings = Generator<Finding, void>

/** Finds settings that are known to lose events, or to hide that no event flows. */
export function* checkLosses(config: ConnectorConfig): Findings {
  yield* checkModes(config)
  yield* checkSnapshot(config)
  yield* checkLiveness(config)
  yield* checkTransforms(config)
}

function* checkModes(config: ConnectorConfig): Findings {
  for (const [key, [normal, harm]] of Object.entries(handlingModes)) {
    const value = config[key]
    if ((value ?? normal) !== 'fail')
      yield error(key, `${value ?? `is ${normal} by default, which`} ${harm}; set it to fail`)
  }
  if (config['errors.tolerance'] === 'all')
    yield error('errors.tolerance', 'all drops every record that a transform or converter refuses; set it to none')
  const skipDdl = 'schema.history.internal.skip.unparseable.ddl'
  if (config[skipDdl] === 'true') yield warning(skipDdl, 'a skipped change of a captured table corrupts its events')
  if ((config['skipped.operations'] ?? '').split(',').some(operation => operation.trim() === 'c'))
    yield error('skipped.operations', 'skips inserts, which are the events')
}

function* checkSnapshot(config: ConnectorConfig): Findings {
  const mode = config['snapshot.mode'] ?? 'initial'
  const harm = skippingSnapshots[mode]
  if (harm !== undefined) yield warning('snapshot.mode', `${mode}: ${harm}`)
  if (mode !== 'configuration_based') return
  const based = (end: string) => `snapshot.mode.configuration.based.${end}`
  const is = (end: string) => config[based(end)] === 'true'
  if (!is('start.stream')) yield error(based('start.stream'), 'is not true: nothing is streamed')
  const taken = ['snapshot.data', 'snapshot.schema'].find(is)
  if (taken !== undefined) yield warning(based(taken), `is true: ${skippingSnapshots['initial']}`)
  else if (!is('snapshot.on.schema.error'))
    yield warning(based('snapshot.on.schema.error'), 'is not true: without an offset it starts at the present')
}

function* checkLiveness(config: ConnectorConfig): Findings {
  const isOff = (key: string) => Number(config[key] ?? 0) === 0
  const reconnect = 'connect.keep.alive.interval.ms'
  if (isOff('heartbeat.interval.ms'))
    yield warning('heartbeat.interval.ms', 'is off: the stored offset of a quiet table may point at a purged binlog')
  if (config['connect.keep.alive'] === 'false')
    yield error('connect.keep.alive', 'is off: Debezium never reconnects to MySQL')
  if (Number(config[reconnect] ?? 60_000) > 10_000)
    yield warning(reconnect, 'Debezium notices a lost connection only after this time (default 60 s)')
  if (isOff('driver.socketTimeout'))
    yield warning('driver.socketTimeout', 'is off: a task that starts while the network is silent hangs without end')
}

function* checkTransforms(config: ConnectorConfig): Findings {
  if (!(Number(config['heartbeat.interval.ms'] ?? 0) > 0)) return
  for (const name of (config['transforms'] ?? '').split(',').map(each => each.trim())) {
    const type = config[`transforms.${name}.type`] ?? ''
    if (!type.startsWith('org.apache.kafka.connect.transforms.HeaderFrom')) continue
    if (config[`transforms.${name}.predicate`] === undefined)
      yield error(`transforms.${name}`, 'throws on heartbeats and stops the task: give it a TopicNameMatches predicate')
  }
}

/** What the converter for Avro payloads needs: bytes from Debezium, and another converter for the heartbeat rows. */
export function* checkConverters(config: ConnectorConfig): Findings {
  if (config['value.converter'] !== 'io.debezium.converters.BinaryDataConverter') return
  if ((config['binary.handling.mode'] ?? 'bytes') !== 'bytes')
    yield error(
      'binary.handling.mode',
      'is not bytes: the converter needs bytes, and this setting turns them into text'
    )
  const delegate = 'value.converter.delegate.converter.type'
  if (config[delegate] === undefined)
    yield error(delegate, 'is missing: a heartbeat is not bytes, so it stops the task')
}
