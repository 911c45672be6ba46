import { countParked } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'
import { ConfigurationError } from '../mysql/configuration-error.ts'
import { duration } from '../page/format.js'
import { countUpTo, mostSkewMs, optional, type Row, type Table } from '../mysql/tables.ts'
import type { BinlogTrack } from '../aggregates/binlog-track.ts'
import { createRate, createSample } from './measures.ts'

type AggregatesSource = {
  readonly table: Table
  readonly outboxTable: string
  readonly track: BinlogTrack
}

/** Reads what the writer's MySQL holds, in a handful of statements by primary key. */
export function createAggregatesReader({ table, outboxTable, track }: AggregatesSource) {
  const { db } = table
  const [rate, binlogRate] = [createRate(), createRate()]
  let last: { readonly id: string | undefined } | undefined
  let added = 0
  return async () => {
    const newest = await table.newest(8)
    const id = newest[0]?.id
    if (last !== undefined && id !== last.id) added += await table.countAfter(last.id)
    last = { id }
    const [outboxRows, binlog] = await Promise.all([
      optional(() => countUpTo(db, db(outboxTable).select(db.raw('1')))),
      optional(() => readBinlogStatus(db))
    ])
    if (binlog !== undefined) track.add({ ...binlog, at: Date.now() })
    const binlogBytes = binlog && binlogRate(binlog.position)
    // A store that deletes its outbox rows at once leaves none.
    return { newest, outboxRows, binlog, rate: rate(added), binlogBytes }
  }
}

async function readBinlogStatus(db: Knex) {
  type Status = { File: string; Position: number; Executed_Gtid_Set: string }
  const [rows]: readonly (readonly Status[])[] = await db.raw('SHOW BINARY LOG STATUS').timeout(1_500)
  const status = rows?.[0]
  if (status === undefined) return undefined
  return { file: status.File, position: status.Position, gtids: status.Executed_Gtid_Set.replaceAll('\n', '') }
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
          `the effect of ${id} is ${duration(from - at)} older than its cause. Check AGGREGATE_TIME_ZONE and EFFECT_TIME_ZONE`
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
