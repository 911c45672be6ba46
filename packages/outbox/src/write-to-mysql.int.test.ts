import type { Knex } from 'knex'
import { describe, expect, it } from 'vitest'
import { orderCreated, outboxFor, useOrders } from '../test/orders-database.ts'
import { appendToOutbox, createOutbox, isRetryable } from './index.ts'

const event = (aggregateId: number, name = 'joon') => orderCreated({ aggregateId, payload: { name, quantity: 1 } })
const fault = (code: string, retryable = false) => expect.objectContaining({ code, retryable })

describe('appendToOutbox on MySQL', () => {
  it('commits the order and its event together, and leaves no row', async () => {
    const { db, orders, published } = await useOrders()
    await db.transaction(async trx => {
      const [id = 0] = await trx('customer_order').insert({ name: 'joon', quantity: 95 })
      await appendToOutbox(trx, event(id))
    })
    expect(await published()).toMatchObject([{ event_id: (await orders())[0]?.id, payload: { name: 'joon' } }])
    expect(await db('outbox')).toEqual([])
  })

  it('undoes the order when only MySQL rejects its event', async () => {
    const { db, orders, published } = await useOrders()
    const placed = db.transaction(async trx => {
      await trx('customer_order').insert({ name: 'joon', quantity: 95 })
      await appendToOutbox(trx, event(1, 'half a character: \ud800'))
    })
    await expect(placed).rejects.toEqual(fault('EVENT_INVALID'))
    expect(await orders()).toEqual([])
    expect(await published()).toEqual([])
  })

  it('undoes with a savepoint what was appended since', async () => {
    const { db, published } = await useOrders('blackhole')
    const outbox = outboxFor('blackhole')
    await db.transaction(async trx => {
      await outbox.append(trx, event(1))
      const inner = trx.transaction(async savepoint => {
        await outbox.append(savepoint, event(2))
        throw new Error('inner')
      })
      await expect(inner).rejects.toThrow('inner')
      await outbox.append(trx, event(3))
    })
    expect((await published()).map(row => row.event_id)).toEqual([1, 3])
  })

  it('rejects a plain connection and anything else that is not a transaction, despite a cast', async () => {
    const { db } = await useOrders()
    for (const none of [db, undefined, null, {}] as Knex.Transaction[])
      await expect(appendToOutbox(none, event(1))).rejects.toEqual(fault('TRANSACTION_REQUIRED'))
  })

  it('is retryable when the connection is lost before the first append', async () => {
    const { db } = await useOrders()
    const placed = db.transaction(async trx => {
      const [[{ id }]] = await trx.raw('SELECT CONNECTION_ID() AS id')
      await db.raw('KILL ?', [id])
      await expect(createOutbox().append(trx, event(1))).rejects.toEqual(fault('WRITE_FAILED', true))
    })
    // Nothing can be committed on it.
    expect(isRetryable(await placed.catch((reason: unknown) => reason))).toBe(true)
  })

  it('notices that the server ended the transaction while the handle looks open', async () => {
    const { db } = await useOrders()
    const placed = db.transaction(async trx => {
      await trx.raw('CREATE TABLE ddl_commits (id INT)')
      await appendToOutbox(trx, event(1))
    })
    await expect(placed).rejects.toEqual(fault('TRANSACTION_REQUIRED'))
  })

  it('reports a deadlock as retryable, and the other transaction commits', async () => {
    const { db, published } = await useOrders()
    await db('customer_order').insert([
      { id: 1, name: 'a', quantity: 0 },
      { id: 2, name: 'b', quantity: 0 }
    ])
    await db.raw(
      'CREATE TRIGGER touch BEFORE INSERT ON outbox FOR EACH ROW ' +
        'UPDATE customer_order SET quantity = quantity + 1 WHERE id = NEW.event_id'
    )
    const first = await db.transaction()
    const second = await db.transaction()
    await appendToOutbox(first, event(1))
    await appendToOutbox(second, event(2))
    const results = await Promise.allSettled([appendToOutbox(first, event(2)), appendToOutbox(second, event(1))])
    const failed = results.findIndex(({ status }) => status === 'rejected')
    expect(results[failed]).toMatchObject({ reason: fault('WRITE_FAILED', true) })
    await [second, first][failed]!.commit()
    await [first, second][failed]!.rollback()
    expect(await published()).toHaveLength(2)
  })

  it('lets many writers append many events each without a deadlock', async () => {
    const { db, published } = await useOrders()
    const work = Array.from({ length: 300 }, (_, writer) =>
      db.transaction(trx =>
        appendToOutbox(
          trx,
          Array.from({ length: 20 }, (_, n) => event(writer, String(n)))
        )
      )
    )
    await Promise.all(work)
    expect(await published()).toHaveLength(6000)
    expect(await db('outbox')).toEqual([])
  })

  it('lets the appends of one transaction overlap, with each other and with other inserts', async () => {
    const { db, published } = await useOrders()
    await db.transaction(trx =>
      Promise.all([
        appendToOutbox(trx, [event(1), event(2)]),
        trx('customer_order').insert({ name: 'between', quantity: 1 }),
        appendToOutbox(trx, event(3)),
        trx('customer_order').insert({ name: 'after', quantity: 1 })
      ])
    )
    expect(await published()).toHaveLength(3)
    expect(await db('outbox')).toEqual([])
  })

  it('deletes its own rows where ids go up by seven', async () => {
    const { db, published } = await useOrders()
    await db.transaction(async trx => {
      await trx.raw('SET SESSION auto_increment_increment = 7, SESSION auto_increment_offset = 3')
      await appendToOutbox(trx, [event(1), event(2), event(3)])
      await trx.raw('SET SESSION auto_increment_increment = DEFAULT, SESSION auto_increment_offset = DEFAULT')
    })
    expect(await published()).toHaveLength(3)
    expect(await db('outbox')).toEqual([])
  })

  it.each([
    ['delete', 'blackhole'],
    ['blackhole', 'delete']
  ] as const)('does not write as %s into the table of %s', async (store, table) => {
    const { db, published } = await useOrders(table)
    const outbox = outboxFor(store)
    await expect(db.transaction(trx => outbox.append(trx, event(1)))).rejects.toEqual(fault('STORE_MISMATCH'))
    expect(await published()).toEqual([])
  })

  it('calls a lost connection retryable', async () => {
    const { db } = await useOrders()
    const killed = db.transaction(async trx => {
      const [[row]] = await trx.raw('SELECT CONNECTION_ID() AS id')
      await db.raw('KILL ?', [row.id])
      await appendToOutbox(trx, event(1))
    })
    const error = await killed.catch((reason: unknown) => reason)
    expect(isRetryable(error)).toBe(true)
  })
})
