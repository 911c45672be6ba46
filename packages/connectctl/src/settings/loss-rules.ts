import type { ConnectorConfig } from '../connect/connect-api.ts'
import { type Engine, engineOf } from './engine.ts'
import { error, type Finding, warning } from './finding.ts'
import { postgresRules } from './postgres-rules.ts'
import type { Rules } from './rules.ts'

const based = 'snapshot.mode.configuration.based'
const leftRows = 'without an offset it starts at the present with the rows that still exist: an emptied outbox has none'

const mysqlSnapshotModes: Readonly<Record<string, string>> = {
  no_data: 'without an offset it starts at the present: what was committed before is never sent',
  initial: leftRows,
  initial_only: 'it stops after the snapshot: nothing is streamed',
  when_needed: 'when the binlog is gone it silently takes a snapshot and skips what is missing',
  always:
    'each start reads the existing rows and starts at the present: rows that came and went meanwhile are never sent',
  recovery: 'it rebuilds the schema history at each start, which is wrong if a table has changed since the offset'
}

/** Settings that lose events, or that stop the flow of events, whatever the database. */
const errors: Rules = {
  'event.converting.failure.handling.mode': (mode = 'is warn by default, which') =>
    mode !== 'fail' && `${mode} writes NULL where a value cannot be converted; set it to fail`,
  'event.processing.failure.handling.mode': (mode = 'fail') =>
    mode !== 'fail' && `${mode} skips an event that cannot be processed; set it to fail`,
  'errors.tolerance': tolerated =>
    tolerated === 'all' && 'all drops every record that a transform or converter refuses; set it to none',
  'skipped.operations': (skipped = '') => /\bc\b/.test(skipped) && 'skips inserts, which are the events',
  'max.queue.size': (size = '8192', { 'max.batch.size': batch = '2048' }) =>
    Number(size) <= Number(batch) && `must be greater than max.batch.size (${batch})`,
  'binary.handling.mode': (mode = 'bytes', config) =>
    readsBytes(config) &&
    mode !== 'bytes' &&
    'is not bytes: the converter needs bytes, and this setting turns them into text',
  'value.converter.delegate.converter.type': (type, config) =>
    readsBytes(config) && type === undefined && 'is missing: a heartbeat is not bytes, so it stops the task'
}

const mysqlErrors: Rules = {
  'event.deserialization.failure.handling.mode': (mode = 'fail') =>
    mode !== 'fail' && `${mode} skips an event that cannot be read; set it to fail`,
  'inconsistent.schema.handling.mode': (mode = 'fail') =>
    mode !== 'fail' && `${mode} skips every event of a table whose schema is not known; set it to fail`,
  [`${based}.start.stream`]: (streams, config) =>
    isBased(config) && streams !== 'true' && 'is not true: nothing is streamed',
  'connect.keep.alive': alive => alive === 'false' && 'is off: Debezium never reconnects to MySQL',
  'database.server.id': id =>
    id === undefined && 'is missing: the default is random and may be the id of another replica'
}

/** Settings that can lose events, or that hide for a while that no event flows. */
const warnings: Rules = {
  'table.include.list': (included, { 'table.exclude.list': excluded, 'database.include.list': databases = '' }) =>
    (included ?? excluded ?? '') === '' &&
    `is missing: every table of ${databases === '' ? 'every database' : databases} is captured`,
  'max.batch.size': (size, { 'exactly.once.support': exactlyOnce }) =>
    size === '1' &&
    exactlyOnce === 'required' &&
    'with exactly-once each batch is a Kafka transaction: at most 250 events a second'
}

const mysqlWarnings: Rules = {
  'schema.history.internal.skip.unparseable.ddl': skips =>
    skips === 'true' && 'a skipped change of a captured table corrupts its events',
  'snapshot.mode': (mode = 'initial') => mysqlSnapshotModes[mode] && `${mode}: ${mysqlSnapshotModes[mode]}`,
  [`${based}.snapshot.data`]: (taken, config) => isBased(config) && taken === 'true' && `is true: ${leftRows}`,
  [`${based}.snapshot.schema`]: (taken, config) => isBased(config) && taken === 'true' && `is true: ${leftRows}`,
  [`${based}.snapshot.on.schema.error`]: (taken, config) =>
    isBased(config) && taken !== 'true' && 'is not true: without an offset it starts at the present',
  'heartbeat.interval.ms': interval =>
    isOff(interval) && 'is off: the stored offset of a quiet table may point at a purged binlog',
  'connect.keep.alive.interval.ms': (interval = '60000') =>
    Number(interval) > 10_000 && 'Debezium notices a lost connection only after this time (default 60 s)',
  'driver.socketTimeout': timeout =>
    isOff(timeout) && 'is off: a task that starts while the network is silent hangs without end'
}

const isOff = (milliseconds = '0') => Number(milliseconds) === 0
const isBased = (config: ConnectorConfig) => config['snapshot.mode'] === 'configuration_based'
/** As for Avro payloads: Debezium passes bytes on, and needs another converter for the heartbeat rows. */
const readsBytes = (config: ConnectorConfig) =>
  config['value.converter'] === 'io.debezium.converters.BinaryDataConverter'

const rulesOf: Readonly<Record<Engine, { readonly errors: Rules; readonly warnings: Rules }>> = {
  MySQL: { errors: mysqlErrors, warnings: mysqlWarnings },
  PostgreSQL: postgresRules
}

/** Finds settings that are known to lose events, or to hide that no event flows. */
export function checkLosses(config: ConnectorConfig): readonly Finding[] {
  const check = (rules: Rules, found: typeof error) =>
    Object.entries(rules).flatMap(([key, rule]) => {
      const why = rule(config[key], config)
      return why ? [found(key, why)] : []
    })
  const own = rulesOf[engineOf(config)]
  return [...check({ ...errors, ...own.errors }, error), ...check({ ...warnings, ...own.warnings }, warning)]
}
