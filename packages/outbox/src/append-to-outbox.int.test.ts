import type { Knex } from 'knex'
import { expect, it, onTestFinished } from 'vitest'
import { createDatabase, useDatabase } from '@outbox-cdc/test-support/use-stack'
import { streamOutbox } from '../test/debezium-topic.ts'
import { orderCreated, outboxFor } from '../test/orders-database.ts'
import { outboxContract } from '../test/outbox-contract.ts'
import { noPostgres, createPostgres } from '../test/postgres.ts'
import { streamPostgres } from '../test/postgres-topic.ts'
import { shapes } from '../test/record-shapes.ts'
import { type AggregateId, createOutbox, createOutboxTables, type StoreName } from './index.ts'
import { messageStore } from './message/index.ts'

const stores: readonly StoreName[] = ['delete', 'blackhole']

for (const [store, aggregateId] of [...stores.map(each => [each, 'integer'] as const), ['delete', 'string'] as const]) {
  const open = async () => {
    const database = await createDatabase('contract')
    const { db } = database
    await createOutboxTables(db, { store, aggregateId })
    const topic = await streamOutbox(database)
    return {
      outbox: outboxFor(store),
      topic: topic.name,
      transaction: <T>(work: (trx: Knex.Transaction) => Promise<T>) => db.transaction(work),
      recordsOf: (id: AggregateId, count: number) => topic.recordsOf(id, count),
      async withActors() {
        await createOutboxTables(db, { store, aggregateId, actor: true })
        return outboxFor(store)
      },
      async close() {
        await topic.remove()
        await database.drop()
      }
    }
  }
  outboxContract(`${store} with ${aggregateId} ids, through Debezium`, open, {
    ids: aggregateId,
    shape: shapes.mysql
  })
}

const onPostgres = (['delete', 'message'] as const).flatMap(store =>
  (['integer', 'string'] as const).map(ids => [store, ids] as const)
)
for (const [store, aggregateId] of noPostgres === undefined ? onPostgres : []) {
  const open = async () => {
    const { db, name, drop } = await createPostgres()
    await createOutboxTables(db, { store, aggregateId })
    const topic = await streamPostgres({ db, name, store, aggregateId })
    const newOutbox = () => createOutbox({ store: store === 'message' ? messageStore : undefined })
    const outbox = newOutbox()
    return {
      outbox,
      topic: topic.name,
      transaction: <T>(work: (trx: Knex.Transaction) => Promise<T>) => db.transaction(work),
      recordsOf: (id: AggregateId, count: number) => topic.recordsOf(id, count),
      async withActors() {
        await createOutboxTables(db, { store, aggregateId, actor: true })
        // A message needs no column.
        return store === 'message' ? outbox : newOutbox()
      },
      async close() {
        await topic.remove()
        await drop()
      }
    }
  }
  outboxContract(`${store} on PostgreSQL with ${aggregateId} ids, through Debezium`, open, {
    ids: aggregateId,
    shape: store === 'message' ? shapes.message : shapes.row
  })
}

it('goes on streaming when the store is changed under a running connector', async () => {
  const database = await useDatabase('contract')
  const { db } = database
  const place = async (store: StoreName, name: string) => {
    const outbox = outboxFor(store)
    await db.transaction(trx => outbox.append(trx, orderCreated({ aggregateId: 1, payload: { name, quantity: 1 } })))
  }
  await createOutboxTables(db)
  await place('delete', 'before')
  const topic = await streamOutbox(database)
  onTestFinished(() => topic.remove())
  for (const store of ['blackhole', 'delete'] as const) {
    await db.schema.dropTable('outbox')
    await createOutboxTables(db, { store })
    await place(store, store)
  }
  const records = await topic.recordsOf(1, 3)
  const names = records.map(record => /before|blackhole|delete/.exec(String(record.value))?.[0])
  expect(names).toEqual(['before', 'blackhole', 'delete'])
})
