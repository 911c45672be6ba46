import type { Knex } from 'knex'

type Pool = { readonly max: number; readonly numUsed: () => number; readonly numPendingAcquires: () => number }
type Turns = { running: number; readonly waiting: (() => void)[] }

const turnsOf = new WeakMap<object, Turns>()

function poolOf(db: Knex): Pool | undefined {
  const client = db.client as { readonly pool?: Pool } | undefined
  return client?.pool
}

/**
 * Runs a transaction of a consumer. Those of all consumers on one pool leave one of its connections free: if each held
 * one while its handler waits for another, none would ever continue.
 */
export async function takeTurn<T>(db: Knex, transact: () => Promise<T>): Promise<T> {
  const pool = poolOf(db)
  if (pool === undefined) return transact()
  const turns = turnsOf.get(pool) ?? { running: 0, waiting: [] }
  turnsOf.set(pool, turns)
  // Who waits takes over the turn of the one that ends.
  if (turns.running < Math.max(1, pool.max - 1)) turns.running++
  else await new Promise<void>(resolve => turns.waiting.push(resolve))
  try {
    return await transact()
  } finally {
    const next = turns.waiting.shift()
    if (next === undefined) turns.running--
    else next()
  }
}

/** How many calls wait for a connection of the pool. */
export const callsWaiting = (db: Knex): number => poolOf(db)?.numPendingAcquires() ?? 0

/** Says that the pool has no free connection while calls wait for one; undefined otherwise. */
export function poolShortage(db: Knex): string | undefined {
  const pool = poolOf(db)
  const waiting = callsWaiting(db)
  if (pool === undefined || pool.numUsed() < pool.max || waiting === 0) return undefined
  return `all ${pool.max} connections of the pool are in use, and ${waiting} calls wait for one: raise pool.max, and use trx instead of db in handlers`
}
