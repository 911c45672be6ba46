import { countParked } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'
import { ConfigurationError } from '../database/configuration-error.ts'
import { duration } from '../page/format.js'
import { countUpTo, mostSkewMs, optional, type Row, type Table } from '../database/tables.ts'
import type { LogPlace, LogTrack } from '../aggregates/log-track.ts'
import { isPostgres } from '../database/open-database.ts'
import { createRate, createSample } from './measures.ts'

type AggregatesSource = {
  readonly table: Table
  readonly outboxTable: string
  readonly track: LogTrack
}

/** Reads what the writer's database holds, in a handful of statements by primary key. */
export function createAggregatesReader({ table, outboxTable, track }: AggregatesSource) {
  const { db } = table
  const [rate, logRate] = [createRate(), createRate()]
  let last: { readonly id: string | undefined } | undefined
  let added = 0
  return async () => {
    const newest = await table.newest(8)
    const id = newest[0]?.id
    if (last !== undefined && id !== last.id) added += await table.countAfter(last.id)
    last = { id }
    const [outboxRows, log] = await Promise.all([
      optional(() => countUpTo(db, db(outboxTable).select(db.raw('1')))),
      optional(() => (isPostgres(db) ? readWalPosition(db) : readBinlogStatus(db)))
    ])
    if (log !== undefined) track.add({ ...log, at: Date.now() })
    const logBytes = log && logRate(log.position)
    // A store that deletes its outbox rows at once leaves none.
    return { newest, outboxRows, log, rate: rate(added), logBytes }
  }
}

async function readBinlogStatus(db: Knex): Promise<Omit<LogPlace, 'at'> | undefined> {
  type Status = { File: string; Position: number; Executed_Gtid_Set: string }
  const [rows]: readonly (readonly Status[])[] = await db.raw('SHOW BINARY LOG STATUS').timeout(1_500)
  const status = rows?.[0]
  if (status === undefined) return undefined
  const { File: file, Position: position, Executed_Gtid_Set: gtids } = status
  return { file, position, text: `${file} : ${position}`, gtids: gtids.replaceAll('\n', '') }
}

async function readWalPosition(db: Knex): Promise<Omit<LogPlace, 'at'> | undefined> {
  const lsn = 'CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END'
  const { rows } = await db
    .raw<{ rows: { text: string; position: string }[] }>(`SELECT ${lsn} AS text, ${lsn} - '0/0' AS position`)
    .timeout(1_500)
  const [row] = rows
  return row && { text: row.text, position: Number(row.position) }
}

type EffectsSource = {
  readonly db: Knex
  /** Undefined where no table is configured: parked events are worth showing without it. */
  readonly table: Table | undefined
  readonly consumer: string
  /** For latencies; the effects are worth showing without it. */
  readonly aggregates: Pick<Table, 'times'> | undefined
}

const sampleSize = 200

type Dated = Row & { readonly at: number }
const isDated = (row: Row): row is Dated => row.at !== undefined

export function createEffectsReader({ db, table, consumer, aggregates }: EffectsSource) {
  const readRows = table && createRowsReader(table, aggregates)
  return async () => ({
    /** Events; undefined where there is no such table. */
    parked: (await optional(() => countParked(db, consumer)))?.events,
    ...(await readRows?.())
  })
}

function createRowsReader(table: Table, aggregates: EffectsSource['aggregates']) {
  const latency = createSample()
  let latest: number | undefined
  return async () => {
    const rows = await table.newest(sampleSize)
    const dated = rows.filter(isDated)
    const since = latest ?? Number.POSITIVE_INFINITY
    const fresh = dated.filter(({ at }) => at > since)
    // By time: a single id far above the others would stay the newest.
    const newest = dated.reduce<Dated | undefined>((last, one) => (last && last.at >= one.at ? last : one), undefined)
    latest = Math.max(latest ?? 0, ...dated.map(({ at }) => at))
    const ids = [...fresh, ...(newest ? [newest] : [])].map(({ id }) => id)
    const committed = await aggregates?.times(ids).catch(() => undefined)
    const msOf = ({ id, at }: Dated) => {
      const from = committed?.get(id)
      if (from === undefined) return undefined
      if (from - at > mostSkewMs)
        throw new ConfigurationError(
          `the effect of ${id} is ${duration(from - at)} older than its cause. Check aggregate.timeZone and effect.timeZone of the hop`
        )
      return Math.max(0, at - from)
    }
    return {
      /** From commit to effect, in milliseconds, of a sample of the rows. */
      latency: latency(fresh.map(msOf).filter(ms => ms !== undefined)),
      newest: newest && { id: newest.id, at: newest.at, ms: msOf(newest) },
      appliedAt: new Map(rows.map(({ id, at }) => [id, at]))
    }
  }
}
