import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readConnectorFile } from '../connector/connector-file.ts'
import { checkConfig } from './check-config.ts'

const folder = join(import.meta.dirname, '../../../../connect-config')
const ours = join(folder, 'orders-connector.json')
const environment = {
  MYSQL_HOST: 'db',
  MYSQL_PORT: '3306',
  KAFKA_BROKERS: 'kafka:9092',
  CONNECT_SECRETS_DIR: '/run/secrets'
}
const { config } = await readConnectorFile(ours, environment)
const withoutTopicCreation = Object.fromEntries(
  Object.keys(config)
    .filter(key => key.startsWith('topic.creation.'))
    .map(key => [key, undefined])
)

function findings(changes: Record<string, string | undefined>, neighbours: Parameters<typeof checkConfig>[1] = []) {
  const changed = Object.entries({ ...config, ...changes }).filter(([, value]) => value !== undefined)
  return checkConfig(Object.fromEntries(changed) as Record<string, string>, neighbours)
}

it('accepts the connector of this repository', () => {
  expect(findings({})).toEqual([])
})

it.each([
  ['a misspelt key', { 'max.batch.sise': '1' }, 'did you mean max.batch.size?'],
  ['a key that was renamed', { 'transforms.unwrap.drop.tombstones': 'true' }, 'delete.tombstone.handling.mode'],
  ['a port out of range', { 'database.port': '70000' }, 'between 1 and 65535'],
  ['a value that is not a number', { 'poll.interval.ms': 'soon' }, 'whole number'],
  ['a mode that does not exist', { 'snapshot.locking.mode': 'sometimes' }, 'it can be'],
  ['two tasks', { 'tasks.max': '2' }, 'always has a single task'],
  ['a queue that is not longer than a batch', { 'max.batch.size': '8192' }, 'greater than max.batch.size'],
  ['a required key that is missing', { 'database.hostname': undefined }, 'is missing'],
  ['a history without a topic', { 'schema.history.internal.kafka.topic': undefined }, 'is missing'],
  ['a compression that no consumer reads', { 'producer.override.compression.type': 'brotli' }, 'it can be gzip, lz4'],
  ['the same for topics', { 'topic.creation.default.compression.type': 'none' }, 'it can be gzip, lz4, producer'],
  ['a password in clear', { 'database.password': 'hunter2' }, 'in clear'],
  ['no replica id', { 'database.server.id': undefined }, 'random'],
  ['values that become NULL', { 'event.converting.failure.handling.mode': 'warn' }, 'NULL'],
  ['the same by default', { 'event.converting.failure.handling.mode': undefined }, 'by default'],
  ['events that are skipped', { 'event.processing.failure.handling.mode': 'skip' }, 'skips an event'],
  ['inserts that are skipped', { 'skipped.operations': 'c' }, 'skips inserts'],
  ['records that are dropped', { 'errors.tolerance': 'all' }, 'drops every record'],
  ['no keep-alive', { 'connect.keep.alive': 'false' }, 'never reconnects'],
  ['a transform that fails on heartbeats', { 'transforms.headers.predicate': undefined }, 'predicate'],
  ['no key columns', { 'message.key.columns': undefined }, 'has no key for orders.outbox'],
  ['the key columns of another table', { 'message.key.columns': 'shop.outbox:event_id' }, "which it doesn't capture"],
  ['the predicate of a sample', { 'predicates.isOutbox.pattern': 'shop\\.outbox' }, 'matches none of'],
  ['a predicate that misses the outbox', { 'predicates.isOutbox.pattern': '.*_heartbeat' }, 'moves no column'],
  ['deletes of outbox rows', { 'skipped.operations': undefined }, 'must be u,d,t'],
  ["Debezium's envelope", { transforms: 'headers' }, 'has no ExtractNewRecordState'],
  ['an outbox without headers', { transforms: 'unwrap' }, 'has no HeaderFrom$Value'],
  [
    'a converter that writes text',
    { 'value.converter': 'org.apache.kafka.connect.storage.StringConverter' },
    'no consumer can read'
  ],
  ['only some settings of new topics', { 'topic.creation.default.partitions': undefined }, 'starts no connector'],
  ['a stream that never starts', { 'snapshot.mode.configuration.based.start.stream': 'false' }, 'nothing is streamed']
])('refuses %s', (_what, changes, words) => {
  const errors = findings(changes).filter(({ level }) => level === 'error')
  expect(errors.map(({ key, why }) => `${key} ${why}`).join('\n')).toContain(words)
})

it.each([
  ['a snapshot mode that starts at the present', { 'snapshot.mode': 'no_data' }, 'starts at the present'],
  ['the default snapshot mode', { 'snapshot.mode': undefined }, 'starts at the present'],
  ['a snapshot at each start', { 'snapshot.mode': 'always' }, 'came and went'],
  [
    'a snapshot mode that does not refuse to start without offsets',
    { 'snapshot.mode.configuration.based.snapshot.on.schema.error': undefined },
    'starts at the present'
  ],
  [
    'a configured snapshot of the rows that are left',
    { 'snapshot.mode.configuration.based.snapshot.data': 'true' },
    'an emptied outbox has none'
  ],
  ['a driver without a time limit', { 'driver.socketTimeout': undefined }, 'hangs without end'],
  ['no heartbeat', { 'heartbeat.interval.ms': undefined }, 'purged binlog'],
  ['a slow keep-alive', { 'connect.keep.alive.interval.ms': undefined }, '60 s'],
  ['a converter that is left to the worker', { 'key.converter': undefined }, 'may not be JSON'],
  ['locks at the first start', { 'snapshot.locking.mode': undefined }, 'RELOAD'],
  ['a topic for DDL', { 'include.schema.changes': undefined }, 'needs the topic orders_server'],
  ['topics that Connect does not create', withoutTopicCreation, 'creates no topic'],
  ['an unknown key', { 'made.up.by.me': 'x' }, 'not a setting that this tool knows']
])('warns of %s', (_what, changes, words) => {
  expect(findings(changes)).toEqual([
    expect.objectContaining({ level: 'warning', why: expect.stringContaining(words) })
  ])
})

it('names the one database whose tables are all captured', () => {
  const found = findings({ 'table.include.list': undefined, 'database.include.list': 'orders' })
  expect(found.map(({ why }) => why)).toContain('is missing: every table of orders is captured')
})

const avro = (await readConnectorFile(join(folder, 'avro/orders-connector.ts'), environment)).config

it('accepts the connector for Avro events', () => {
  expect(checkConfig(avro)).toEqual([])
})

it('refuses settings that turn the bytes of Avro into text', () => {
  const [found] = checkConfig({ ...avro, 'binary.handling.mode': 'hex' })
  expect(found).toMatchObject({ level: 'error', why: expect.stringContaining('into text') })
})

it('refuses a byte converter without another one for heartbeats', () => {
  const { 'value.converter.delegate.converter.type': _delegate, ...lonely } = avro
  expect(checkConfig(lonely)).toEqual([expect.objectContaining({ level: 'error' })])
})

it('asks nothing of an outbox of a connector for other tables, or for the outbox of another library', () => {
  const tables = { 'table.include.list': 'orders.customer_order', 'message.key.columns': undefined }
  const plain = { predicates: undefined, transforms: undefined, 'skipped.operations': undefined }
  expect(findings({ ...tables, ...plain })).toEqual([])
  const routed = {
    'table.include.list': 'orders.outboxevent',
    transforms: 'route',
    'transforms.route.type': 'io.debezium.transforms.outbox.EventRouter'
  }
  expect(findings({ ...routed, predicates: undefined, 'message.key.columns': undefined })).toEqual([])
})

const list = 'table.include.list'
const byPattern = { [list]: 'orders\\.(outbox|connect_heartbeat)' }
const unnamed = { 'message.key.columns': '.*outbox:event_id', 'predicates.isOutbox.pattern': '.*outbox' }

it.each([
  ['the key columns', { ...byPattern, 'predicates.isOutbox.pattern': '.*outbox' }],
  ['a predicate', { ...byPattern, 'message.key.columns': '.*outbox:event_id' }],
  ['both, without a list', { [list]: undefined, 'database.include.list': 'orders' }]
])('applies the rules to an outbox that a pattern captures and that %s name', (_which, changes) => {
  const why = expect.stringContaining('not checked: other tables than orders.outbox')
  expect(findings(changes)).toContainEqual({ level: 'warning', key: list, why })
  expect(findings(changes).filter(({ level }) => level === 'error')).toEqual([])
  const [found] = findings({ ...changes, 'skipped.operations': undefined })
  expect(found).toMatchObject({ level: 'error', key: 'skipped.operations' })
})

it('refuses key columns and a predicate that name a table which no pattern captures', () => {
  const topic = 'orders_server\\.shop\\.outbox'
  const changes = { 'message.key.columns': 'shop.outbox:event_id', 'predicates.isOutbox.pattern': topic }
  const errors = findings({ ...byPattern, ...changes }).filter(({ level }) => level === 'error')
  expect(errors.map(({ key }) => key)).toEqual(['message.key.columns', 'predicates.isOutbox.pattern'])
})

it.each([
  ['that no setting names', byPattern],
  ['that are described in a way that JavaScript lacks', { [list]: 'orders\\.[a-z_]++' }]
])('says that it has not checked tables %s', (_which, changes) => {
  expect(findings({ ...changes, ...unnamed, 'skipped.operations': undefined })).toEqual([
    {
      level: 'warning',
      key: list,
      why: expect.stringContaining(`not checked: the tables that ${changes[list]} captures`)
    }
  ])
})

it('refuses an identity that another connector has', () => {
  const keys = findings({}, [{ name: 'other', config }]).map(({ key }) => key)
  expect(keys).toEqual(['database.server.id', 'topic.prefix', 'schema.history.internal.kafka.topic'])
})

it('never shows a secret', () => {
  expect(JSON.stringify(findings({ 'database.password': 'hunter2' }))).not.toContain('hunter2')
})

const router = (await readConnectorFile(join(folder, 'routed/orders-connector.ts'), environment)).config

it('accepts the connector that routes events by their aggregate', () => {
  expect(checkConfig(router)).toEqual([])
})

const placement = router['transforms.route.table.fields.additional.placement'] ?? ''
const placed = (column: string, instead = '') => ({
  'table.fields.additional.placement': placement.replace(`${column}:header`, instead || `${column}:header:x`)
})

it.each([
  ['no column of the identity', { 'table.field.event.id': undefined }, 'is missing; it must be message_id'],
  ['a key that orders nothing', { 'table.field.event.key': 'id' }, 'is id; it must be event_id'],
  ['another value', { 'table.field.event.payload': 'event' }, 'is event; it must be payload'],
  ['no column for the topic', { 'route.by.field': undefined }, 'is missing; it must be aggregate'],
  ['no name of the event', placed('event'), 'has no event:header'],
  ['a value that is more than the payload', placed('event', 'event:envelope'), 'puts event beside the payload'],
  ['no header but the identity', { 'table.fields.additional.placement': undefined }, 'has no event:header'],
  ['heartbeats', { predicate: undefined }, 'throws on rows of orders.connect_heartbeat'],
  ['none of the events', { negate: 'true' }, 'no event is routed']
])('refuses a router with %s', (_what, changes, words) => {
  const changed = Object.entries(changes).map(([key, value]) => [`transforms.route.${key}`, value])
  const all = Object.entries({ ...router, ...Object.fromEntries(changed) }).filter(([, value]) => value !== undefined)
  const errors = checkConfig(Object.fromEntries(all) as Record<string, string>).filter(({ level }) => level === 'error')
  expect(errors.map(({ key, why }) => `${key} ${why}`).join('\n')).toContain(words)
})

it('refuses a router behind a transform that unwraps its records, and warns of headers that it leaves out', () => {
  const { 'transforms.unwrap.negate': _negate, ...unwrapped } = router
  expect(checkConfig(unwrapped)).toMatchObject([{ level: 'error', key: 'transforms.unwrap' }])
  const without = {
    'transforms.route.table.fields.additional.placement': placement.replace('causation_id:header,', '')
  }
  const why = expect.stringContaining('has no causation_id:header')
  expect(checkConfig({ ...router, ...without })).toEqual([expect.objectContaining({ level: 'warning', why })])
})
