import { expect, it, onTestFinished } from 'vitest'
import { createDatabase, useDatabase } from '@outbox-cdc/test-support/use-stack'
import { streamOutbox } from '../test/debezium-topic.ts'
import { orderCreated, outboxFor } from '../test/orders-database.ts'
import { outboxContract } from '../test/outbox-contract.ts'
import { createOutboxTables, type StoreName } from './index.ts'

const stores: readonly StoreName[] = ['delete', 'blackhole']

for (const store of stores)
  outboxContract(`${store}, through Debezium`, async () => {
    const database = await createDatabase('contract')
    const { db } = database
    await createOutboxTables(db, { store })
    const topic = await streamOutbox(database)
    return {
      outbox: outboxFor(store),
      topic: topic.name,
      transaction: work => db.transaction(work),
      recordsOf: (aggregateId, count) => topic.recordsOf(aggregateId, count),
      async close() {
        await topic.remove()
        await database.drop()
      }
    }
  })

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
