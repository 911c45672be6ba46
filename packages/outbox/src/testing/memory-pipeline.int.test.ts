import { expect, it, onTestFinished } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { useDatabase } from '@outbox-cdc/test-support/use-stack'
import { noPostgres, usePostgres } from '../../test/postgres.ts'
import { orderCreated } from '../../test/orders-database.ts'
import { createConsumer, createInboxTables, handle } from '../index.ts'
import { createMemoryKafka } from './memory-kafka.ts'
import { createMemoryOutbox } from './memory-outbox.ts'

const databases = [
  ['MySQL', async () => (await useDatabase('memory')).db],
  ...(noPostgres === undefined ? ([['PostgreSQL', usePostgres]] as const) : [])
] as const

it.each(databases)('runs a consumer on memory and %s alone: each event once, through repeats', async (_, useDb) => {
  const db = await useDb()
  await createInboxTables(db)
  await db.raw('CREATE TABLE delivery (order_id BIGINT)')
  const outbox = createMemoryOutbox()
  const consumer = createConsumer({
    kafka: createMemoryKafka(outbox.topic),
    group: 'delivery-service',
    db,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    topics: {
      [outbox.topic.name]: {
        order_created: handle(orderCreated, async (event, trx) => {
          await trx('delivery').insert({ order_id: event.aggregateId })
        })
      }
    }
  })
  onTestFinished(() => consumer.stop())
  await consumer.start()
  const payload = { name: 'joon', quantity: 1 }
  const place = (aggregateId: number) =>
    outbox.transaction(trx => outbox.append(trx, orderCreated({ aggregateId, payload })))
  await place(1)
  await place(2)
  outbox.topic.redeliver(2)
  await place(3)
  await eventually(() => expect(consumer.health()).toMatchObject({ ok: true, lag: 0 }))
  await eventually(async () => {
    const orders = await db('delivery').orderBy('order_id').pluck('order_id')
    expect(orders.map(Number)).toEqual([1, 2, 3])
  })
})
