import type pg from 'pg'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import { rowsOf } from './connection.ts'

/** A replication slot: PostgreSQL keeps what comes after it, until its connector confirms it. */
export type Slot = {
  readonly plugin: string | null
  readonly type: 'logical' | 'physical'
  readonly database: string | null
  readonly temporary: boolean
  /** The process that reads it. */
  readonly pid: number | null
  readonly status: 'reserved' | 'extended' | 'unreserved' | 'lost' | null
  /** Why PostgreSQL gave it up; it says so from 17 on. */
  readonly reason: string | null
  /** Up to where its connector has confirmed, such as `0/16B3748`, and as the number that Debezium stores. */
  readonly confirmed: string
  readonly confirmedAt: number
  readonly restartAt: number
  /** How many bytes of WAL it holds, and how many more may be written before PostgreSQL gives it up. */
  readonly held: number
  readonly safe: number | null
}

/** A position as the number that Debezium stores. */
const numberOf = (lsn: string) => `(${lsn} - '0/0'::pg_lsn)::float8`

export const slotColumns = `s.plugin, s.slot_type AS type, s.database, s.temporary, s.active_pid AS pid,
  s.wal_status AS status, to_jsonb(s)->>'invalidation_reason' AS reason, s.confirmed_flush_lsn::text AS confirmed,
  ${numberOf('s.confirmed_flush_lsn')} AS "confirmedAt", ${numberOf('s.restart_lsn')} AS "restartAt",
  (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END - s.restart_lsn)::float8 AS held,
  s.safe_wal_size::float8 AS safe`

export function slotName(config: ConnectorConfig): string {
  return config['slot.name'] ?? 'debezium'
}

export async function readSlot(client: pg.Client, name: string): Promise<Slot | undefined> {
  const select = `SELECT ${slotColumns} FROM pg_replication_slots AS s WHERE s.slot_name = $1`
  const [slot] = await rowsOf<Slot>(client, select, [name])
  return slot
}

/** Why PostgreSQL sends nothing more of a slot; undefined while it does. */
export function invalidation({ status, reason }: Pick<Slot, 'status' | 'reason'>): string | undefined {
  return status === 'lost' || reason !== null ? (reason ?? 'wal_removed') : undefined
}

/** Why a slot can't be the connector's, whatever it holds; undefined if it can. */
export function misfit(slot: Slot, config: ConnectorConfig): string | undefined {
  const plugin = config['plugin.name'] ?? 'decoderbufs'
  const { 'database.dbname': database = '' } = config
  if (slot.type !== 'logical') return 'is physical: it is the slot of a replica'
  if (slot.database !== database) return `is of the database ${slot.database}, not of ${database}`
  if (slot.plugin !== plugin) return `is of the plugin ${slot.plugin}, not of ${plugin}`
  if (slot.temporary) return 'is temporary: it ends with the session that made it'
  return undefined
}
