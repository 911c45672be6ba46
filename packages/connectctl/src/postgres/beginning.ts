import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { ConnectorConfig, ConnectorOffsets } from '../connect/connect-api.ts'
import { ConnectctlError } from '../connect/errors.ts'
import type { Environment } from '../settings/secrets.ts'
import { type Beginning, notYetReadMark, type StartName } from '../source/source.ts'
import { rowsOf, withPostgres } from './connection.ts'
import { requireUnused } from './first-event.ts'
import { invalidation, misfit, readSlot, type Slot, slotName } from './slot.ts'

/** Where a connector of PostgreSQL begins: at its slot, which is made here only if that misses nothing, or if a person says so. */
export function beginningAt(start: StartName, config: ConnectorConfig, environment: Environment): Promise<Beginning> {
  const name = slotName(config)
  const placed = (words: string, move: (client: pg.Client) => Promise<unknown>): Beginning => ({
    words,
    place: () =>
      withPostgres(config, environment, async client => {
        await move(client)
        return offsetsAt(await freeSlot(client, config), config)
      })
  })
  return withPostgres(config, environment, async client => {
    const slot = await readSlot(client, name)
    const unfit = slot && misfit(slot, config)
    if (unfit !== undefined) throw unknown(`The slot ${name} ${unfit}. Give the connector another slot.name`)
    if (start === 'now') return placed(`the present, in the slot ${name}`, later => moveToPresent(later, config))
    if (slot === undefined) return madeBeforeFirstEvent(client)
    requireValid(slot, name)
    if (typeof start !== 'object') return placed(`${slot.confirmed}, where the slot ${name} is`, async () => undefined)
    await requireWithin(client, slot, start.at)
    return placed(start.at, later => advance(later, config, start.at))
  })

  async function madeBeforeFirstEvent(client: pg.Client): Promise<Beginning> {
    if (start !== 'recorded')
      throw unknown(`There is no slot ${name}, so PostgreSQL keeps nothing for it. ${atPresent}`)
    await requireUnused(client, config)
    return placed(`the new slot ${name}, before the first event`, async later => {
      await createSlot(later, config)
      await requireUnused(later, config).catch(async error => {
        await later.query('SELECT pg_drop_replication_slot($1)', [name])
        throw error
      })
    })
  }
}

const atPresent =
  'Begin at the present (now instead of this place), then send again what is missing (docs/runbook.md#slot-lost)'

const unknown = (message: string) => new ConnectctlError('POSITION_UNKNOWN', message)

function requireValid(slot: Slot, name: string): void {
  const gone = invalidation(slot)
  if (gone === undefined) return
  const message = `PostgreSQL has invalidated the slot ${name} (${gone}): it no longer keeps what follows. See docs/runbook.md#slot-invalidated`
  throw new ConnectctlError('POSITION_PURGED', message)
}

async function requireWithin(client: pg.Client, { confirmed }: Slot, at: string): Promise<void> {
  if (!/^[0-9A-F]+\/[0-9A-F]+$/i.test(at))
    throw unknown(`${at} is no place in the WAL of PostgreSQL: name it as 0/16B3748`)
  const select = 'SELECT $1::pg_lsn < $2::pg_lsn AS before, $1::pg_lsn > pg_current_wal_lsn() AS behind'
  const [found] = await rowsOf<{ before: boolean; behind: boolean }>(client, select, [at, confirmed])
  if (found?.behind === true) throw unknown(`${at} is behind the end of the WAL`)
  if (found?.before !== true) return
  const message = `${at} is before ${confirmed}, up to where the slot has confirmed: a slot never goes back. Send the events again instead`
  throw new ConnectctlError('POSITION_PURGED', message)
}

/** Makes the slot, again if PostgreSQL has invalidated it, or moves it: what it held is not sent. */
async function moveToPresent(client: pg.Client, config: ConnectorConfig): Promise<void> {
  const name = slotName(config)
  const slot = await readSlot(client, name)
  if (slot !== undefined && invalidation(slot) === undefined) return advance(client, config, 'now')
  if (slot !== undefined) await client.query('SELECT pg_drop_replication_slot($1)', [name])
  await createSlot(client, config)
}

async function createSlot(client: pg.Client, config: ConnectorConfig): Promise<void> {
  const failover = config['slot.failover'] === 'true'
  const call = failover ? 'SELECT pg_create_logical_replication_slot($1, $2, failover => true)' : create
  await client.query(call, [slotName(config), config['plugin.name'] ?? 'pgoutput'])
}

const create = 'SELECT pg_create_logical_replication_slot($1, $2)'

async function advance(client: pg.Client, config: ConnectorConfig, to: string): Promise<void> {
  await freeSlot(client, config)
  const place = to === 'now' ? 'pg_current_wal_lsn()' : '$2::pg_lsn'
  const values = to === 'now' ? [slotName(config)] : [slotName(config), to]
  await client.query(`SELECT pg_replication_slot_advance($1, ${place})`, values)
}

const leavesWithinMs = 15_000

/** The slot, once the connector that was stopped has left it. */
async function freeSlot(client: pg.Client, config: ConnectorConfig): Promise<Slot> {
  const name = slotName(config)
  for (const deadline = Date.now() + leavesWithinMs; ; await sleep(200)) {
    const slot = await readSlot(client, name)
    if (slot === undefined) throw unknown(`There is no slot ${name} any more`)
    if (slot.pid === null) return slot
    if (Date.now() < deadline) continue
    const message = `The slot ${name} is read by the process ${slot.pid} of PostgreSQL (pg_stat_replication says whose it is)`
    throw new ConnectctlError('POSITION_UNKNOWN', `${message}: each connector needs a slot of its own`)
  }
}

/** As Debezium stores a position. Without it, Debezium could store the present before it has read what the slot holds. */
function offsetsAt({ confirmedAt: lsn }: Slot, config: ConnectorConfig): ConnectorOffsets {
  const offset = { lsn, lsn_proc: lsn, lsn_commit: lsn, ts_usec: Date.now() * 1000, [notYetReadMark]: true }
  return { offsets: [{ partition: { server: config['topic.prefix'] ?? '' }, offset }] }
}

/** Rejects if the slot is gone or no longer reaches back to the offsets, as after a person made it again. */
export async function requireRest(
  client: pg.Client,
  config: ConnectorConfig,
  stored: () => Promise<ConnectorOffsets | undefined>
): Promise<void> {
  const name = slotName(config)
  const slot = await readSlot(client, name)
  const read = positionIn(await stored())
  if (read === undefined) return
  const loss = (what: string) => new ConnectctlError('POSITION_PURGED', `${what}. See docs/runbook.md#slot-lost`)
  if (slot === undefined) throw loss(`The slot ${name} does not exist, and events were read from it before`)
  requireValid(slot, name)
  if (slot.restartAt > read)
    throw loss(`The slot ${name} begins behind the stored offset: it was made again, and what came before it is lost`)
}

/** The newest position in an offset of Debezium; undefined if there is none. */
export function positionIn(stored: ConnectorOffsets | undefined): number | undefined {
  const { lsn, lsn_proc: processed, lsn_commit: committed } = stored?.offsets[0]?.offset ?? {}
  const known = [processed, committed, lsn].filter(value => typeof value === 'number')
  return known.length === 0 ? undefined : Math.max(...known)
}
