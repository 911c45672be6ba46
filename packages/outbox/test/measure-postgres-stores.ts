import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startStack } from '@outbox-cdc/stack'
import knex, { type Knex } from 'knex'
import { z } from 'zod'
import { createOutbox, createOutboxTables, defineEvent, dropOutboxTables } from '../src/index.ts'
import { messageStore } from '../src/message/index.ts'
import { deleteStore } from '../src/stores/store.ts'

// node packages/outbox/test/measure-postgres-stores.ts [seconds of each measurement, 5 by default]
// Compares the ways to write on PostgreSQL: transactions of one row and one event. A slot holds the WAL, but nothing reads it.
const seconds = Number(process.argv[2] ?? 5)
const placed = defineEvent({
  name: 'order_placed',
  aggregate: 'order',
  version: 1,
  payload: z.object({ name: z.string(), quantity: z.int() })
})
const event = () => placed({ aggregateId: 7, payload: { name: 'joon', quantity: 95 } })
const results: object[] = []
const outboxes = {
  'no event': undefined,
  delete: createOutbox({ store: deleteStore }),
  message: createOutbox({ store: messageStore })
}

const dir = await mkdtemp(join(tmpdir(), 'measure-'))
const stack = await startStack({ dir, parts: ['postgres'] })
const { postgres } = stack
if (postgres === undefined) throw new Error('there is no PostgreSQL')
const { host, port, password } = postgres
const db = knex({
  client: 'pg',
  connection: { host, port, user: 'postgres', password, database: 'postgres' },
  pool: { min: 0, max: 16 }
})
try {
  await db.raw('CREATE TABLE placed (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text)')
  await createOutboxTables(db)
  await createOutboxTables(db, { store: 'message', publication: 'messages' })
  await db.raw("SELECT pg_create_logical_replication_slot('measured', 'pgoutput')")
  // Each twice, in turns, because other work on the machine changes the figures.
  for (const writers of [1, 1, 16, 16])
    for (const [store, outbox] of Object.entries(outboxes))
      results.push({ writers, store, ...(await measure(db, outbox, writers)) })
  console.table(results)
  const { rows } = await db.raw("SELECT pg_size_pretty(pg_total_relation_size('outbox')) AS size")
  console.log(`the table outbox takes ${rows[0].size}`)
  await dropOutboxTables(db)
} finally {
  await db.destroy()
  await stack.stopAll()
  await rm(dir, { recursive: true, force: true })
}

async function measure(on: Knex, outbox: (typeof outboxes)[keyof typeof outboxes], writers: number) {
  const end = Date.now() + seconds * 1_000
  const times: number[] = []
  const before = await walPosition(on)
  const write = async () => {
    while (Date.now() < end) {
      const started = performance.now()
      await on.transaction(async trx => {
        await trx('placed').insert({ name: 'joon' })
        await outbox?.append(trx, event())
      })
      times.push(performance.now() - started)
    }
  }
  await Promise.all(Array.from({ length: writers }, write))
  const wal = Number((await on.raw('SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), ?) AS bytes', [before])).rows[0].bytes)
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => Number(sorted[Math.floor(sorted.length * share)]?.toFixed(2))
  return {
    perSecond: Math.round(times.length / seconds),
    p50: at(0.5),
    p95: at(0.95),
    walBytes: Math.round(wal / times.length)
  }
}

async function walPosition(on: Knex): Promise<string> {
  return (await on.raw('SELECT pg_current_wal_lsn()::text AS at')).rows[0].at
}
