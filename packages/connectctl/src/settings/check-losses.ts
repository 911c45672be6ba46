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

/** Finds settings that are known to lose events, or to hide that no event flows. */
export function checkLosses(config: ConnectorConfig): readonly Finding[] {
  return [...checkModes(config), ...checkSnapshot(config), ...checkLiveness(config), ...checkTransforms(config)]
}

function checkModes(config: ConnectorConfig): readonly Finding[] {
  const lenient = Object.entries(handlingModes).flatMap(([key, [normal, harm]]) => {
    const value = config[key]
    if ((value ?? normal) === 'fail') return []
    return [error(key, `${value === undefined ? `is ${normal} by default, which` : value} ${harm}; set it to fail`)]
  })
  if (config['errors.tolerance'] === 'all')
    lenient.push(
      error('errors.tolerance', 'all drops every record that a transform or converter refuses; set it to none')
    )
  if (config['schema.history.internal.skip.unparseable.ddl'] === 'true')
    lenient.push(
      warning(
        'schema.history.internal.skip.unparseable.ddl',
        'a skipped change of a captured table corrupts its events'
      )
    )
  if ((config['skipped.operations'] ?? '').split(',').some(operation => operation.trim() === 'c'))
    lenient.push(error('skipped.operations', 'skips inserts, which are the events'))
  return lenient
}

function checkSnapshot(config: ConnectorConfig): readonly Finding[] {
  const mode = config['snapshot.mode'] ?? 'initial'
  const harm = skippingSnapshots[mode]
  if (harm !== undefined) return [warning('snapshot.mode', `${mode}: ${harm}`)]
  return mode === 'configuration_based' ? checkConfiguredSnapshot(config) : []
}

function checkConfiguredSnapshot(config: ConnectorConfig): readonly Finding[] {
  const findings: Finding[] = []
  const is = (end: string) => config[`snapshot.mode.configuration.based.${end}`] === 'true'
  const say = (level: typeof error, end: string, why: string) =>
    findings.push(level(`snapshot.mode.configuration.based.${end}`, why))
  if (!is('start.stream')) say(error, 'start.stream', 'is not true: nothing is streamed')
  if (is('snapshot.schema') || is('snapshot.data'))
    say(warning, is('snapshot.data') ? 'snapshot.data' : 'snapshot.schema', `is true: ${skippingSnapshots['initial']}`)
  else if (!is('snapshot.on.schema.error'))
    say(warning, 'snapshot.on.schema.error', 'is not true: without an offset it starts at the present')
  return findings
}

function checkLiveness(config: ConnectorConfig): readonly Finding[] {
  const findings: Finding[] = []
  if (Number(config['heartbeat.interval.ms'] ?? 0) === 0)
    findings.push(
      warning('heartbeat.interval.ms', 'is off: the stored offset of a quiet table may point at a purged binlog')
    )
  if (config['connect.keep.alive'] === 'false')
    findings.push(error('connect.keep.alive', 'is off: Debezium never reconnects to MySQL'))
  if (Number(config['connect.keep.alive.interval.ms'] ?? 60_000) > 10_000)
    findings.push(
      warning(
        'connect.keep.alive.interval.ms',
        'Debezium notices a lost connection only after this time (default 60 s)'
      )
    )
  if (Number(config['driver.socketTimeout'] ?? 0) === 0)
    findings.push(
      warning('driver.socketTimeout', 'is off: a task that starts while the network is silent hangs without end')
    )
  return findings
}

function checkTransforms(config: ConnectorConfig): readonly Finding[] {
  const beats = Number(config['heartbeat.interval.ms'] ?? 0) > 0
  return (config['transforms'] ?? '')
    .split(',')
    .map(name => name.trim())
    .filter(name =>
      (config[`transforms.${name}.type`] ?? '').startsWith('org.apache.kafka.connect.transforms.HeaderFrom')
    )
    .filter(name => beats && config[`transforms.${name}.predicate`] === undefined)
    .map(name =>
      error(`transforms.${name}`, 'throws on heartbeats and stops the task: give it a TopicNameMatches predicate')
    )
}

const binary = 'io.debezium.converters.BinaryDataConverter'

/** What the converter for Avro payloads needs: bytes from Debezium, and another converter for the heartbeat rows. */
export function checkConverters(config: ConnectorConfig): readonly Finding[] {
  if (config['value.converter'] !== binary) return []
  const findings: Finding[] = []
  if ((config['binary.handling.mode'] ?? 'bytes') !== 'bytes')
    findings.push(
      error('binary.handling.mode', 'is not bytes: the converter needs bytes, and this setting turns them into text')
    )
  if (config['value.converter.delegate.converter.type'] === undefined)
    findings.push(
      error('value.converter.delegate.converter.type', 'is missing: a heartbeat is not bytes, so it stops the task')
    )
  return findings
}
