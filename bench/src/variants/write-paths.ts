import { createOutbox } from '@outbox-cdc/outbox'
import { blackholeStore } from '@outbox-cdc/outbox/blackhole'
import { Kafka, logLevel } from 'kafkajs'
import type { Knex } from 'knex'
import { createPool } from 'mysql2/promise'
import { z } from 'zod'
import { configSchema } from '@outbox-cdc/order-service/config'
import { orderCreated } from '@outbox-cdc/order-service/orders/order-events'
import type { PlaceOrder } from '@outbox-cdc/order-service/orders/place-order'
import { type Append, usualTransaction } from './usual-transaction.ts'
import { wireRecord } from './wire-record.ts'

export const variantSchema = configSchema.extend({
  BENCH_WRITE_PATH: z.enum(['no-event', 'bare-insert', 'transaction', 'dual-write', 'polling']),
  BENCH_TOPIC: z.string().default(''),
  KAFKA_BROKERS: z.string().default('')
})

export type VariantConfig = Readonly<z.output<typeof variantSchema>>

export type WritePath = {
  readonly placeOrder: PlaceOrder
  readonly close: () => Promise<void>
}

/** Ways to commit an order, with or without its event, to compare with the real service. */
export const writePaths: Readonly<
  Record<VariantConfig['BENCH_WRITE_PATH'], (config: VariantConfig, db: Knex) => Promise<WritePath>>
> = {
  /** The usual transaction without an event. */
  async 'no-event'(_, db) {
    return { placeOrder: usualTransaction(db, nothing), close: async () => {} }
  },
  /** The cheapest order: one INSERT that commits by itself. */
  async 'bare-insert'(config) {
    const pool = createPool({ uri: config.MYSQL_URL, connectionLimit: config.MYSQL_POOL_SIZE, timezone: 'Z' })
    return {
      async placeOrder({ name, quantity }) {
        const createdAt = new Date()
        const statement = 'INSERT INTO customer_order (name, quantity, created_at) VALUES (?, ?, ?)'
        const [{ insertId: id }] = await pool.query<{ insertId: number } & []>(statement, [name, quantity, createdAt])
        return { id, name, quantity, createdAt: createdAt.toISOString() }
      },
      close: () => pool.end()
    }
  },
  /** Order and event in the usual transaction. */
  async transaction({ OUTBOX_STORE }, db) {
    const store = OUTBOX_STORE === 'blackhole' ? blackholeStore({ writer: 0 }) : undefined
    const outbox = createOutbox({ store })
    return { placeOrder: usualTransaction(db, (trx, event) => outbox.append(trx, event)), close: async () => {} }
  },
  /** Commits the order, then writes to Kafka: a crash in between loses the event. */
  async 'dual-write'(config, db) {
    const kafka = new Kafka({ brokers: config.KAFKA_BROKERS.split(','), logLevel: logLevel.NOTHING })
    const producer = kafka.producer()
    await producer.connect()
    const placeWithoutEvent = usualTransaction(db, nothing)
    return {
      async placeOrder(order, origin) {
        const placed = await placeWithoutEvent(order, origin)
        const event = orderCreated({ aggregateId: placed.id, aggregateVersion: 1, payload: order })
        const messages = [wireRecord({ ...event, id: placed.id, createdAt: placed.createdAt })]
        await producer.send({ topic: config.BENCH_TOPIC, messages, acks: -1 })
        return placed
      },
      close: () => producer.disconnect()
    }
  },
  /** The row stays until a publisher sends it. */
  async polling(_, db) {
    return { placeOrder: usualTransaction(db, appendPolled), close: async () => {} }
  }
}

const nothing: Append = async () => {}

const appendPolled: Append = async (trx, event) => {
  await trx('polling_outbox').insert({
    event: event.name,
    event_id: event.aggregateId,
    payload: event.json,
    message_id: event.messageId,
    aggregate: event.aggregate
  })
}
