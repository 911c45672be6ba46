import { randomUUID } from 'node:crypto'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { uniqueName, useDatabase } from '@outbox-cdc/test-support/use-stack'
import { counted, silent } from '../../../test/counted.ts'
import { startConnector, streamOutbox } from '../../../test/debezium-topic.ts'
import { kafkaClients } from '../../../test/kafka-clients.ts'
import { orderCreated, useOrders } from '../../../test/orders-database.ts'
import { readAll } from '../../../test/topic-reader.ts'
import {
  appendToOutbox,
  type ConsumedEvent,
  type ConsumerOptions,
  createConsumer,
  createInboxTables,
  defineEvent,
  handle,
  listParked,
  readEnvelope
} from '../../index.ts'

const patience = { timeoutMs: 60_000 }

it.each(kafkaClients)('reads a topic for each aggregate type by one consumer, on %s', async (_, useClient) => {
  const writer = await useOrders()
  const payload = { name: '주운', quantity: 95 }
  await writer.db.transaction(async trx => {
    await appendToOutbox(trx, orderCreated({ aggregateId: 7, aggregateVersion: 3, correlationId: 'c', payload }))
    await appendToOutbox(trx, counted({ aggregateId: 7, payload: { n: 1 } }))
    await appendToOutbox(trx, orderCreated({ aggregateId: 8, payload }))
  })
  const routed = await startConnector(writer, 'routed/orders-connector.ts')
  const unwrapped = await streamOutbox(writer)
  onTestFinished(() => Promise.all([routed.remove(), unwrapped.remove()]).then(() => undefined))

  const [orders, things]: ConsumedEvent[][] = [[], []]
  const consumer = await useConsumer(useClient(), {
    [`${writer.name}.order`]: { order_created: handle(orderCreated, async event => void orders!.push(event)) },
    [`${writer.name}.thing`]: { counted: handle(counted, async event => void things!.push(event)) }
  })
  await eventually(() => expect([orders, things].map(events => events?.length)).toEqual([2, 1]), patience)
  await eventually(() => expect(consumer.health()).toMatchObject({ ok: true, lag: 0 }), patience)
  expect(consumer.health().partitions).toEqual({
    [`${writer.name}.order`]: [0, 1, 2],
    [`${writer.name}.thing`]: [0, 1, 2]
  })

  const both = [...orders!.filter(({ aggregateId }) => aggregateId === 7), ...things!]
  const records = await unwrapped.recordsOf(7, 2)
  expect(both.map(withoutPlace)).toEqual(records.map(record => withoutPlace(eventOf(readEnvelope(record)))))
})

it('routes no heartbeat, and unwraps it', async () => {
  const writer = await useOrders()
  await writer.db.raw('CREATE TABLE connect_heartbeat (id INT PRIMARY KEY, sent_ms BIGINT)')
  const routed = await startConnector(writer, 'routed/orders-connector.ts')
  onTestFinished(routed.remove)
  await writer.db('connect_heartbeat').insert({ id: 1, sent_ms: 5 })
  const kafka = kafkaClients[0]![1]()
  await eventually(async () => {
    const [beat] = await readAll(kafka, `${routed.name}.${writer.name}.connect_heartbeat`)
    expect(JSON.parse(String(beat?.value)).payload).toEqual({ id: 1, sent_ms: 5 })
  }, patience)
})

it('reads the events of a service in Java', async () => {
  const writer = await useDatabase('java')
  await writer.db.raw(`CREATE TABLE outboxevent (id CHAR(36) PRIMARY KEY, aggregatetype VARCHAR(255) NOT NULL,
    aggregateid VARCHAR(255) NOT NULL, type VARCHAR(255) NOT NULL, timestamp DATETIME(6) NOT NULL, payload VARCHAR(8000))`)
  const [[position]] = await writer.db.raw('SHOW BINARY LOG STATUS')
  const topic = (aggregate: string) => `${writer.name}.event.${aggregate}`
  const connector = await startConnector(writer, 'routed/orders-connector.ts', {
    startAt: { at: `${position.File}:${position.Position}` },
    changes: {
      ...withoutRoute,
      'table.include.list': `${writer.name}.outboxevent`,
      'predicates.isOutbox.pattern': '.*outboxevent',
      'transforms.route.table.fields.additional.placement': 'type:header:eventType',
      'transforms.route.route.topic.replacement': topic('${routedByValue}'),
      'key.converter': 'org.apache.kafka.connect.storage.StringConverter'
    }
  })
  onTestFinished(connector.remove)
  const insert = async (id: string, [aggregatetype, aggregateid]: readonly [string, string], n: number) => {
    const row = { aggregatetype, aggregateid, type: 'OrderCreated', timestamp: new Date(), payload: `{"n":${n}}` }
    await writer.db.transaction(async trx => {
      await trx('outboxevent').insert({ id, ...row })
      await trx('outboxevent').where({ id }).delete()
    })
  }
  const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()]
  const customer = randomUUID()
  await insert(first, ['Order', '7'], 1)
  await insert(second, ['Customer', customer], 2)
  await insert(third, ['Order', 'seven'], 3)

  const payload = z.object({ n: z.int() })
  const created = defineEvent({ name: 'OrderCreated', aggregate: 'order', version: 1, payload })
  const joined = defineEvent({
    name: 'OrderCreated',
    aggregate: 'customer',
    aggregateId: 'string',
    version: 1,
    payload
  })
  const seen: ConsumedEvent[] = []
  const consumer = await useConsumer(kafkaClients[0]![1](), {
    [topic('Order')]: { OrderCreated: handle(created, async event => void seen.push(event)) },
    [topic('Customer')]: { OrderCreated: handle(joined, async event => void seen.push(event)) }
  })
  await eventually(() => expect(seen).toHaveLength(2), patience)
  expect(seen.toSorted((a, b) => a.json.localeCompare(b.json))).toMatchObject([
    { messageId: first, aggregate: 'Order', aggregateId: 7, payload: { n: 1 }, json: '{"n":1}' },
    { messageId: second, aggregate: 'Customer', aggregateId: customer, payload: { n: 2 } }
  ])
  await eventually(async () => expect((await consumer.parked()).keys).toBe(1))
  expect(await listParked(consumer.db)).toMatchObject([{ key: 'Order/seven', reason: 'PAYLOAD_INVALID' }])
})

// The router's own defaults are the columns of such a table.
const withoutRoute = Object.fromEntries(
  ['table.field.event.id', 'table.field.event.key', 'route.by.field'].map(key => [`transforms.route.${key}`, undefined])
)

async function useConsumer(kafka: ConsumerOptions['kafka'], topics: ConsumerOptions['topics']) {
  const { db } = await useDatabase('routed')
  await createInboxTables(db)
  const consumer = createConsumer({ kafka, topics, group: uniqueName('routed'), db, logger: silent })
  onTestFinished(async () => {
    await consumer.stop()
    await kafka.close()
  })
  await consumer.start()
  return { ...consumer, db }
}

function eventOf(received: ReturnType<typeof readEnvelope>): ConsumedEvent {
  if ('refusal' in received) throw received.refusal.error
  return received.event
}

function withoutPlace({ id: _id, topic: _topic, partition: _partition, offset: _offset, ...event }: ConsumedEvent) {
  return event
}
