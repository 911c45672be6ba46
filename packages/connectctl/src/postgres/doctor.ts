import type pg from 'pg'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import { loginSymptom, type Symptom, symptom } from '../source/symptom.ts'
import { namedTables } from '../settings/named-tables.ts'
import type { Environment } from '../settings/secrets.ts'
import type { Examination, ReadOffsets } from '../source/source.ts'
import { positionIn } from './beginning.ts'
import { rowsOf, withPostgres } from './connection.ts'
import { invalidation, misfit, readSlot, slotName } from './slot.ts'

type Symptoms = Promise<readonly Symptom[]>

/** What a connector needs of PostgreSQL. */
export function examinePostgres(
  config: ConnectorConfig,
  environment: Environment,
  stored: ReadOffsets
): readonly Examination[] {
  const asked = (ask: (client: pg.Client) => Symptoms) => () => withPostgres(config, environment, ask)
  return [
    ['the login to PostgreSQL', asked(client => examineLogin(client, config))],
    ['PostgreSQL', asked(examineServer)],
    ['the slot', asked(client => examineSlot(client, config, stored))],
    ['the publication', asked(client => examinePublication(client, config))],
    ['the grants', asked(client => examineGrants(client, config))]
  ]
}

type Server = {
  readonly level: string
  readonly keep: string
  readonly slots: number
  readonly slotsUsed: number
  readonly senders: number
  readonly sendersUsed: number
}

async function examineLogin(client: pg.Client, config: ConnectorConfig): Symptoms {
  const select = 'SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()'
  const [found] = await rowsOf<{ version: string | null }>(client, select)
  const mode = `database.sslmode ${config['database.sslmode'] ?? 'prefer'}`
  return [loginSymptom('PostgreSQL', found?.version ?? '', mode)]
}

async function examineServer(client: pg.Client): Symptoms {
  const [server] = await rowsOf<Server>(
    client,
    `SELECT current_setting('wal_level') AS level, current_setting('max_slot_wal_keep_size') AS keep,
       current_setting('max_replication_slots')::int AS slots, current_setting('max_wal_senders')::int AS senders,
       (SELECT count(*)::int FROM pg_replication_slots) AS "slotsUsed",
       (SELECT count(*)::int FROM pg_stat_replication) AS "sendersUsed"`
  )
  const { level = '', keep = '', slots = 0, slotsUsed = 0, senders = 0, sendersUsed = 0 } = server ?? {}
  const limit = keep === '-1' ? 'a slot may hold WAL without a limit' : `a slot may hold ${keep} of WAL`
  return [
    symptom(level === 'logical', `wal_level ${level}`, 'logical, and a restart of the server'),
    symptom(keep !== '-1', limit, 'max_slot_wal_keep_size: otherwise a slot that nothing reads fills the disk'),
    symptom(slotsUsed <= slots, `${slots - slotsUsed} of ${slots} replication slots left`, 'max_replication_slots'),
    symptom(sendersUsed < senders, `${senders - sendersUsed} of ${senders} WAL senders left`, 'max_wal_senders')
  ]
}

async function examineSlot(client: pg.Client, config: ConnectorConfig, stored: ReadOffsets): Symptoms {
  const name = slotName(config)
  const slot = await readSlot(client, name)
  const read = positionIn(await stored())
  if (slot === undefined) {
    const advice = read === undefined ? 'connectctl apply makes it before the first event' : 'docs/runbook.md#slot-lost'
    return [symptom(false, `no slot ${name}`, advice)]
  }
  const unfit = misfit(slot, config)
  if (unfit !== undefined) return [symptom(false, `the slot ${name} ${unfit}`, 'give the connector another slot.name')]
  const gone = invalidation(slot)
  if (gone !== undefined)
    return [symptom(false, `PostgreSQL has invalidated the slot ${name}: ${gone}`, 'docs/runbook.md#slot-invalidated')]
  const reader = slot.pid === null ? 'nothing reads it' : `read by the process ${slot.pid}`
  const size = `${Math.round(slot.held / 1024 / 1024)} MiB of WAL (${slot.status})`
  return [
    symptom(slot.pid !== null, `slot ${name}: ${reader}`, 'the connector does not run: connectctl status'),
    symptom(slot.status !== 'unreserved', `the slot holds ${size}`, 'docs/runbook.md#slot-lag'),
    read === undefined
      ? symptom(false, 'no stored offset', 'connectctl apply')
      : symptom(slot.confirmedAt <= read, `confirmed up to ${slot.confirmed}`, aheadAdvice)
  ]
}

const aheadAdvice = 'the slot is ahead of the stored offset: it was moved or made again (docs/runbook.md#slot-lost)'

type Published = { readonly table: string; readonly filter: string | null }

async function examinePublication(client: pg.Client, config: ConnectorConfig): Symptoms {
  const name = config['publication.name'] ?? 'dbz_publication'
  const [exists] = await rowsOf<{ inserts: boolean }>(
    client,
    'SELECT pubinsert AS inserts FROM pg_publication WHERE pubname = $1',
    [name]
  )
  const page = 'docs/runbook.md#publication-missing'
  if (exists === undefined) return [symptom(false, `no publication ${name}`, page)]
  const published = await rowsOf<Published>(
    client,
    `SELECT schemaname || '.' || tablename AS table, rowfilter AS filter FROM pg_publication_tables WHERE pubname = $1 ORDER BY 1`,
    [name]
  )
  const wanted = namedTables(config).filter(table => table !== 'none.none')
  const absent = wanted.filter(table => !published.some(each => each.table === table))
  const filtered = published.filter(({ table, filter }) => filter !== null && wanted.includes(table))
  const what = `publication ${name} has ${published.map(({ table }) => table).join(', ') || 'no table'}`
  return [
    symptom(absent.length === 0, absent.length === 0 ? what : `${what}, but not ${absent.join(', ')}`, page),
    symptom(exists.inserts, `it publishes ${exists.inserts ? 'inserts' : 'no inserts'}`, "SET (publish = 'insert')"),
    ...filtered.map(({ table }) =>
      symptom(false, `it has a row filter for ${table}`, 'events that it leaves out are lost')
    )
  ]
}

type Rights = { readonly replication: boolean; readonly connects: boolean }

async function examineGrants(client: pg.Client, config: ConnectorConfig): Symptoms {
  const [rights] = await rowsOf<Rights>(
    client,
    `SELECT rolreplication OR rolsuper AS replication,
       has_database_privilege(current_database(), 'CONNECT') AS connects
     FROM pg_roles WHERE rolname = current_user`
  )
  const account = config['database.user'] ?? ''
  const tables = await Promise.all(
    namedTables(config)
      .filter(table => table !== 'none.none')
      .map(table => examineTable(client, table, account))
  )
  return [
    symptom(rights?.replication === true, 'REPLICATION', `ALTER ROLE ${account} REPLICATION`),
    symptom(rights?.connects === true, 'CONNECT', `GRANT CONNECT ON DATABASE … TO ${account}`),
    ...tables.flat()
  ]
}

type Table = {
  readonly kind: string
  readonly persistence: string
  readonly selects: boolean
  readonly identity: boolean
}

/** A table without a key can't be updated or deleted from while a publication has more than its inserts. */
async function examineTable(client: pg.Client, table: string, account: string): Promise<readonly Symptom[]> {
  const [found] = await rowsOf<Table>(
    client,
    `SELECT relkind AS kind, relpersistence AS persistence, has_table_privilege(c.oid, 'SELECT') AS selects,
       (relreplident IN ('f', 'i') OR EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)) AS identity
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname || '.' || relname = $1`,
    [table]
  )
  if (found === undefined)
    return [symptom(false, `no table ${table}`, 'run the migrations; table.include.list takes SCHEMA.TABLE')]
  return [
    symptom(found.selects, `SELECT ON ${table}`, `GRANT SELECT ON ${table} TO ${account}`),
    ...(found.persistence === 'p' ? [] : [symptom(false, `${table} is unlogged`, 'ALTER TABLE … SET LOGGED')]),
    ...(found.identity ? [] : [symptom(false, `${table} has no replica identity`, 'give it a primary key')])
  ]
}
