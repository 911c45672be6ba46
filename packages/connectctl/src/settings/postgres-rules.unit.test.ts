import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readConnectorFile } from '../connector/connector-file.ts'
import { checkConfig } from './check-config.ts'

const folder = join(import.meta.dirname, '../../../../connect-config')
const environment = { POSTGRES_HOST: 'db', POSTGRES_PORT: '5432', CONNECT_SECRETS_DIR: '/run/secrets' }
const { config: table } = await readConnectorFile(join(folder, 'postgres/orders-connector.json'), environment)
const { config: messages } = await readConnectorFile(join(folder, 'postgres-message/orders-connector.ts'), environment)

type Changes = Readonly<Record<string, string | undefined>>

function findings(of: Changes, changes: Changes = {}, neighbours: Parameters<typeof checkConfig>[1] = []) {
  const changed = Object.entries({ ...of, ...changes }).filter(([, value]) => value !== undefined)
  return checkConfig(Object.fromEntries(changed) as Record<string, string>, neighbours)
}

const inWords = (found: ReturnType<typeof findings>, level: string) =>
  found
    .filter(finding => finding.level === level)
    .map(({ key, why }) => `${key} ${why}`)
    .join('\n')

it('accepts the connectors of this repository', async () => {
  expect(findings(table)).toEqual([])
  expect(findings(messages)).toEqual([])
  const routed = await readConnectorFile(join(folder, 'postgres-routed/orders-connector.ts'), environment)
  expect(findings(routed.config)).toEqual([])
})

it.each<readonly [what: string, changes: Changes, words: string]>([
  ['the default plugin', { 'plugin.name': undefined }, 'decoderbufs by default; set it to pgoutput'],
  ['the default slot', { 'slot.name': undefined }, 'may be the slot of another connector'],
  ['a slot that is dropped at each stop', { 'slot.drop.on.stop': 'true' }, 'is never sent'],
  ['the default publication', { 'publication.name': undefined }, 'name the publication'],
  ['a publication that the connector makes', { 'publication.autocreate.mode': 'filtered' }, 'let a migration make it'],
  ['the same by default', { 'publication.autocreate.mode': undefined }, 'all_tables by default'],
  ['a slot that was made again', { 'offset.mismatch.strategy': 'trust_slot' }, 'hides what was lost'],
  ['the same by default', { 'offset.mismatch.strategy': undefined }, 'no_validation, the default'],
  ['a slot that is not checked', { 'internal.log.position.check.enable': 'false' }, 'made again'],
  ['a slot that never moves', { 'lsn.flush.mode': 'manual' }, 'holds WAL without end'],
  ['no database', { 'database.dbname': undefined }, 'database.dbname is missing'],
  ['inserts that are skipped', { 'skipped.operations': 'c' }, 'skips inserts'],
  ['values that become NULL', { 'event.converting.failure.handling.mode': undefined }, 'NULL'],
  ['no key columns', { 'message.key.columns': undefined }, 'has no key for public.outbox'],
  ["Debezium's envelope", { transforms: 'headers' }, 'has no ExtractNewRecordState'],
  ['a setting of MySQL', { 'database.server.id': '7' }, 'is not a setting of this connector'],
  ['a misspelt key', { 'slot.nam': 'x' }, 'did you mean slot.name?']
])('refuses %s', (_what, changes, words) => {
  expect(inWords(findings(table, changes), 'error')).toContain(words)
})

it.each<readonly [what: string, changes: Changes, words: string]>([
  ['a snapshot', { 'snapshot.mode': 'initial' }, 'set it to no_data'],
  ['the same by default', { 'snapshot.mode': undefined }, 'set it to no_data'],
  ['a snapshot when the slot is lost', { 'snapshot.mode': 'when_needed' }, 'skips what is missing'],
  ['no heartbeat', { 'heartbeat.interval.ms': undefined }, 'holds the WAL that others write'],
  ['a heartbeat that writes nothing', { 'heartbeat.action.query': undefined }, 'pg_logical_emit_message'],
  ['the messages of the heartbeat', { 'message.prefix.exclude.list': undefined }, 'a topic that may not exist'],
  ['positions that the driver confirms', { 'lsn.flush.mode': 'connector_and_driver' }, 'is not tested']
])('warns of %s', (_what, changes, words) => {
  expect(inWords(findings(table, changes), 'warning')).toContain(words)
})

it.each<readonly [what: string, changes: Changes, words: string]>([
  ['messages that stay bytes', { transforms: 'unwrap,topic,types,key,headers' }, 'a message stays bytes'],
  ['one key for all events', { transforms: 'decode,unwrap,topic,types,headers' }, 'all events have the same key'],
  ['an envelope', { transforms: 'decode,topic,types,key,headers' }, 'has no ExtractNewRecordState'],
  ['no headers', { transforms: 'decode,unwrap,topic,types,key' }, 'moves message_id'],
  ['a key before the content', { transforms: 'key,decode,unwrap,topic,types,headers' }, 'in another order'],
  ['empty headers', { 'transforms.decode.fields.null.include': undefined }, 'stops the task'],
  [
    'a predicate that misses the messages',
    { 'predicates.isOutbox.pattern': 'orders_server\\.public\\.outbox' },
    'unwrapped'
  ]
])('refuses messages with %s', (_what, changes, words) => {
  expect(inWords(findings(messages, changes), 'error')).toContain(words)
})

it('refuses the slot of another connector on the same server only', () => {
  const other = { ...table, 'topic.prefix': 'other' }
  const slots = (config: Record<string, string>) => inWords(findings(table, {}, [{ name: 'other', config }]), 'error')
  expect(slots(other)).toContain('slot.name orders_outbox is also used by other')
  expect(slots({ ...other, 'database.hostname': 'elsewhere' })).toBe('')
})
