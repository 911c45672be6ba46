import type { Knex } from 'knex'
import { describe, expect, it, onTestFinished } from 'vitest'
import { withSession } from '../test/callers-knex.ts'
import { orderCreated, useOrders } from '../test/orders-database.ts'
import { createPostgres, noPostgres, readWal, usePostgres } from '../test/postgres.ts'
import { createOutbox, createOutboxTables, defineEvent, dropOutboxTables, requireOutboxTable } from './index.ts'
import { messageStore } from './message/index.ts'
import { blackholeStore } from './blackhole/index.ts'

const stores = ['delete', 'message'] as const
type Store = (typeof stores)[number]
const outboxes = { delete: createOutbox(), message: createOutbox({ store: messageStore }) }
const order = (aggregateId: number) => orderCreated({ aggregateId, payload: { name: 'joon', quantity: 1 } })
const account = defineEvent({
  name: 'account_opened',
  aggregate: 'account',
  aggregateId: 'string',
  version: 1,
  payload: orderCreated.payload
})
const append = (db: Knex, store: Store, ...events: Parameters<(typeof outboxes)['delete']['append']>[1][]) =>
  db.transaction(trx => outboxes[store].append(trx, events.flat()))

/** A database with the outbox of one store, and a slot that reads it. */
async function usePostgresOutbox(store: Store) {
  const { db, name: slot, drop } = await createPostgres()
  onTestFinished(drop)
  await createOutboxTables(db, { store })
  await db.raw("SELECT pg_create_logical_replication_slot(?, 'pgoutput')", [slot])
  const published = async () => {
    const found = (await readWal(db, slot)).map(data => /"quantity\\*":(\d+)/.exec(String(data))?.[1])
    return found.filter(quantity => quantity !== undefined).map(Number)
  }
  return { db, published }
}

describe.skipIf(noPostgres !== undefined).each(stores)('the store %s on PostgreSQL', store => {
  it('writes more events than one statement takes, in their order', async () => {
    const { db, published } = await usePostgresOutbox(store)
    const quantities = Array.from({ length: 2_100 }, (_, n) => n)
    const events = quantities.map(quantity => orderCreated({ aggregateId: 1, payload: { name: 'joon', quantity } }))
    await append(db, store, events)
    expect(await published()).toEqual(quantities)
  })

  it('asks each connection once, and says in how many statements it writes', async () => {
    const { db } = await usePostgresOutbox(store)
    await db.raw('CREATE TABLE placed (n int)')
    const statements: string[] = []
    await db.transaction(async trx => {
      await outboxes[store].append(trx, order(1))
      await trx('placed').insert({ n: 1 })
      db.on('query', ({ sql: text }) => void statements.push(text))
      await outboxes[store].append(trx, [order(2), order(3)])
      db.removeAllListeners('query')
    })
    expect(statements).toHaveLength({ delete: 2, message: 1 }[store])
  })

  it('refuses ids of the other kind', async () => {
    const { db, published } = await usePostgresOutbox(store)
    const wrong = account({ aggregateId: '7', payload: { name: 'joon', quantity: 1 } })
    const refused = { code: 'EVENT_INVALID', message: expect.stringContaining('made for integer ids') }
    await expect(append(db, store, wrong)).rejects.toMatchObject(refused)
    const other = { code: 'STORE_MISMATCH', message: expect.stringContaining('not for string ids') }
    for (const check of [createOutboxTables, requireOutboxTable])
      await expect(check(db, { store, aggregateId: 'string' })).rejects.toMatchObject(other)
    expect(await published()).toEqual([])
  })

  it('refuses a transaction that the caller has ended in SQL', async () => {
    const { db, published } = await usePostgresOutbox(store)
    const ended = db.transaction(async trx => {
      await outboxes[store].append(trx, order(1))
      await trx.raw('COMMIT')
      await outboxes[store].append(trx, order(2))
    })
    await expect(ended).rejects.toMatchObject({ code: 'TRANSACTION_REQUIRED' })
    // A row is inserted before the end is noticed; a message isn't.
    expect(await published()).toHaveLength({ delete: 2, message: 1 }[store])
  })

  it('refuses a database that was made for the other store, or for none', async () => {
    const other = store === 'delete' ? 'message' : 'delete'
    const db = await usePostgres()
    await createOutboxTables(db, { store: other })
    await expect(append(db, store, order(1))).rejects.toMatchObject({ code: 'STORE_MISMATCH' })
    await expect(requireOutboxTable(db, { store })).rejects.toMatchObject({ code: 'STORE_MISMATCH' })
    if (store === 'message')
      await expect(createOutboxTables(db, { store })).rejects.toMatchObject({ code: 'STORE_MISMATCH' })
    await dropOutboxTables(db)
    await expect(append(db, store, order(1))).rejects.toMatchObject({ code: 'STORE_MISMATCH' })
  })
})

describe.skipIf(noPostgres !== undefined)('PostgreSQL', () => {
  it.each([
    ['no publication', 'DROP PUBLICATION outbox'],
    ['a publication without inserts', "ALTER PUBLICATION outbox SET (publish = 'update')"],
    ['an unlogged table', 'DROP PUBLICATION outbox; ALTER TABLE outbox SET UNLOGGED']
  ])('with %s publishes no row, so append and the start refuse it', async (_, change) => {
    const { db, published } = await usePostgresOutbox('delete')
    await db.raw(change)
    const unfit = { code: 'WAL_UNFIT', retryable: false }
    await expect(append(db, 'delete', order(1))).rejects.toMatchObject(unfit)
    await expect(requireOutboxTable(db, {})).rejects.toMatchObject(unfit)
    await createOutboxTables(db).catch(() => undefined)
    expect(await published()).toEqual([])
  })

  it('would change text of another encoding than UTF-8, so a row is refused there', async () => {
    const { db, published } = await usePostgresOutbox('delete')
    const latin1 = withSession(db, "SET client_encoding = 'latin1'")
    await expect(append(latin1, 'delete', order(1))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(await published()).toEqual([])
  })

  it('has neither the engine BLACKHOLE nor encodings', async () => {
    const { db } = await usePostgresOutbox('delete')
    const unavailable = { code: 'STORE_UNAVAILABLE' }
    const encoding = { column: 'bytes', encode: () => Buffer.from('x') } as const
    for (const outbox of [createOutbox({ store: blackholeStore({ writer: 1 }) }), createOutbox({ encoding })])
      await expect(db.transaction(trx => outbox.append(trx, order(1)))).rejects.toMatchObject(unavailable)
    await expect(createOutboxTables(db, { store: 'blackhole' })).rejects.toMatchObject(unavailable)
  })
})

it('refuses the store message on MySQL', async () => {
  const { db } = await useOrders()
  await expect(append(db, 'message', order(1))).rejects.toMatchObject({ code: 'STORE_MISMATCH' })
  await expect(createOutboxTables(db, { store: 'message' })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
})
