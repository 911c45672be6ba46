import type { Outbox } from '@outbox-cdc/outbox'
import { blackholeStore } from '@outbox-cdc/outbox/blackhole'
import { generatedId, openOneTripOutbox, sql } from '@outbox-cdc/outbox/one-trip'
import { Kafka, logLevel } from 'kafkajs'
import type { Knex } from 'knex'
import { createPool } from 'mysql2/promise'
import { z } from 'zod'
import { configSchema } from '@outbox-cdc/order-service/config'
import { createOncePerKey } from '@outbox-cdc/order-service/idempotency/once-per-key'
import { orderCreated } from '@outbox-cdc/order-service/orders/order-events'
import { createPlaceOrder, type PlaceOrder } from '@outbox-cdc/order-service/orders/place-order'
import { wireRecord } from './wire-record.ts'

export const variantSchema = configSchema.extend({
  BENCH_WRITE_PATH: z.enum(['no-event', 'bare-insert', 'one-trip', 'dual-write', 'polling']),
  BENCH_TOPIC: z.string().default(''),
  KAFKA_BROKERS: z.string().default('')
})

export type VariantConfig = Readonly<z.output<typeof variantSchema>>

export type WritePath = {
  readonly placeOrder: PlaceOrder
  readonly close: () => Promise<void>
}

const oncePerKey = createOncePerKey({ ttlSeconds: 86_400 })
const now = () => new Date()

/** Ways to commit an order, with or without its event, to compare with the real service. */
export const writePaths: Readonly<
  Record<VariantConfig['BENCH_WRITE_PATH'], (config: VariantConfig, db: Knex) => Promise<WritePath>>
> = {
  /** The same transaction without an event. */
  async 'no-event'(_, db) {
    return { placeOrder: createPlaceOrder({ db, outbox: silent, oncePerKey, now }), close: async () => {} }
  },
  /** The cheapest order: one INSERT that commits by itself. */
  async 'bare-insert'(config) {
    const pool = createPool({ uri: config.MYSQL_URL, connectionLimit: config.MYSQL_POOL_SIZE, timezone: 'Z' })
    return {
      async placeOrder({ name, quantity }) {
        const createdAt = now()
        const statement = 'INSERT INTO customer_order (name, quantity, created_at) VALUES (?, ?, ?)'
        const [{ insertId: id }] = await pool.query<{ insertId: number } & []>(statement, [name, quantity, createdAt])
        return { id, name, quantity, createdAt: createdAt.toISOString() }
      },
      close: () => pool.end()
    }
  },
  /** Order and event in one round trip. */
  async 'one-trip'(config) {
    const { MYSQL_URL: connection, MYSQL_POOL_SIZE: connections, OUTBOX_STORE } = config
    const store = OUTBOX_STORE === 'blackhole' ? blackholeStore({ writer: 0 }) : undefined
    const outbox = await openOneTripOutbox({ store, connection, connections })
    return {
      async placeOrder({ name, quantity }, { correlationId, traceparent }) {
        const createdAt = now()
        const insert = sql`INSERT INTO customer_order (name, quantity, created_at) VALUES (${name}, ${quantity}, ${createdAt})`
        const about = { aggregateId: generatedId, aggregateVersion: 1, correlationId, traceparent } as const
        const [result] = await outbox.commit(insert, orderCreated({ ...about, payload: { name, quantity } }))
        return { id: result?.insertId ?? 0, name, quantity, createdAt: createdAt.toISOString() }
      },
      close: () => outbox.close()
    }
  },
  /** Commits the order, then writes to Kafka: a crash in between loses the event. */
  async 'dual-write'(config, db) {
    const kafka = new Kafka({ brokers: config.KAFKA_BROKERS.split(','), logLevel: logLevel.NOTHING })
    const producer = kafka.producer()
    await producer.connect()
    const placeWithoutEvent = createPlaceOrder({ db, outbox: silent, oncePerKey, now })
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
    return { placeOrder: createPlaceOrder({ db, outbox: polled, oncePerKey, now }), close: async () => {} }
  }
}

const silent: Outbox = { store: 'delete', append: async () => {} }

const polled: Outbox = {
  store: 'delete',
  async append(trx, events) {
    const rows = [events].flat().map(event => ({
      event: event.name,
      event_id: event.aggregateId,
      payload: event.json,
      message_id: event.messageId,
      aggregate: event.aggregate
    }))
    await (trx as Knex.Transaction)('polling_outbox').insert(rows)
  }
}
