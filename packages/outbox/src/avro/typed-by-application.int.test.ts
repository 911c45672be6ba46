import { describe, expect, it } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { noRegistry, useRegistry } from '@outbox-cdc/test-support/use-registry'
import { uniqueName, useDatabase, useStack } from '@outbox-cdc/test-support/use-stack'
import { logger } from '../../test/counted.ts'
import { streamOutbox } from '../../test/debezium-topic.ts'
import { closeAfterTest, orderCreated, useOrders } from '../../test/orders-database.ts'
import { createConsumer, createInboxTables, createOutbox, handle, kafkajsClient } from '../index.ts'
import { openOneTripOutbox, sql } from '../one-trip/index.ts'
import { avroDecoding, avroEncoding, schemaRegistry } from './index.ts'

const registry = useRegistry()

describe.skipIf(noRegistry !== undefined)('an event typed by the application', () => {
  it('goes through MySQL, Debezium and Kafka as Avro, and comes out as the same type', async () => {
    const orders = await useOrders('delete', 'bytes')
    const client = schemaRegistry({ url: registry().url })
    const encoding = avroEncoding({ registry: client, events: [orderCreated] })
    const topic = await streamOutbox(orders, 'avro/orders-connector.ts')
    await encoding.register()
    const outbox = createOutbox({ encoding })
    const event = orderCreated({ aggregateId: 17, aggregateVersion: 1, payload: { name: '주운', quantity: 95 } })
    await orders.db.transaction(trx => outbox.append(trx, event))
    const oneTrip = closeAfterTest(await openOneTripOutbox({ connection: orders.url, encoding }))
    await oneTrip.commit(
      sql`INSERT INTO customer_order (name) VALUES (${'joon'})`,
      orderCreated({ aggregateId: 17, payload: { name: 'joon', quantity: 1 } })
    )

    const [record] = await topic.recordsOf(17, 2)
    expect(record?.value?.toString('hex')).toMatch(/^00[0-9a-f]{8}0c/)
    expect(record?.headers).toMatchObject({ event: 'order_created', message_id: event.messageId, schema_version: '1' })

    const { db } = await useDatabase('typed')
    await createInboxTables(db)
    const seen: unknown[] = []
    const kafka = kafkajsClient({ brokers: useStack().kafka.brokers, clientId: 'typed', logger })
    const consumer = createConsumer({
      kafka,
      group: uniqueName('typed'),
      db,
      logger,
      decoding: avroDecoding({ registry: schemaRegistry({ url: registry().url }) }),
      topics: {
        [topic.name]: {
          order_created: handle(
            orderCreated,
            async ({ aggregateId, payload }) => void seen.push({ aggregateId, payload })
          )
        }
      }
    })
    await consumer.start()
    await eventually(() => {
      expect(seen).toEqual([
        { aggregateId: 17, payload: { name: '주운', quantity: 95 } },
        { aggregateId: 17, payload: { name: 'joon', quantity: 1 } }
      ])
    })
    await consumer.stop()
    await kafka.close()
    await topic.remove()
  })

  it('cannot be written into a table that was made for JSON, nor JSON into one made for bytes', async () => {
    const client = schemaRegistry({ url: registry().url })
    const encoding = avroEncoding({ registry: client, events: [orderCreated] })
    await encoding.register()
    const event = orderCreated({ aggregateId: 1, payload: { name: 'joon', quantity: 1 } })
    const json = await useOrders()
    const typed = createOutbox({ encoding })
    await expect(json.db.transaction(trx => typed.append(trx, event))).rejects.toMatchObject({
      code: 'STORE_MISMATCH',
      message: expect.stringContaining('ALTER TABLE outbox MODIFY payload MEDIUMBLOB NOT NULL')
    })
    const bytes = await useOrders('delete', 'bytes')
    const plain = createOutbox()
    await expect(bytes.db.transaction(trx => plain.append(trx, event))).rejects.toMatchObject({
      code: 'STORE_MISMATCH'
    })
  })
})
