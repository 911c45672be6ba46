import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { type TestDatabase, useDatabase } from '@outbox-cdc/test-support/use-stack'
import { blackholeStore } from '../src/blackhole/index.ts'
import {
  createOutbox,
  createOutboxTables,
  defineEvent,
  type Outbox,
  type OutboxStore,
  type PayloadColumn,
  type PayloadEncoding,
  type StoreName
} from '../src/index.ts'

export const orderCreated = defineEvent({
  name: 'order_created',
  aggregate: 'order',
  version: 1,
  payload: z.object({ name: z.string(), quantity: z.number().int() })
})

export type PublishedRow = { readonly event_id: number; readonly payload: { readonly name: string } }
export type OrdersDatabase = TestDatabase & {
  readonly orders: () => Promise<readonly { readonly id: number; readonly name: string }[]>
  /** What went into the outbox and was committed, in order: a trigger sees the rows of every store. */
  readonly published: () => Promise<readonly PublishedRow[]>
}

/** A database with orders and an outbox, and a record of what passed through the outbox. */
export async function useOrders(store: StoreName = 'delete', payload: PayloadColumn = 'json'): Promise<OrdersDatabase> {
  const database = await useDatabase('orders')
  const { db } = database
  await createOutboxTables(db, { store, payload })
  await db.raw('CREATE TABLE customer_order (id BIGINT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255), quantity INT)')
  await db.raw(
    `CREATE TABLE seen (n BIGINT AUTO_INCREMENT PRIMARY KEY, event_id BIGINT, payload ${payload === 'json' ? 'JSON' : 'BLOB'})`
  )
  await db.raw(
    'CREATE TRIGGER see AFTER INSERT ON outbox FOR EACH ROW ' +
      'INSERT INTO seen (event_id, payload) VALUES (NEW.event_id, NEW.payload)'
  )
  return {
    ...database,
    orders: async () => await db('customer_order').orderBy('id'),
    published: async () => await db('seen').orderBy('n')
  }
}

/** Closes something before the database goes. */
export function closeAfterTest<T extends { close(): Promise<void> }>(thing: T): T {
  onTestFinished(() => thing.close())
  return thing
}

/** An outbox that writes in the way of this store. */
export function outboxFor(store: StoreName, encoding?: PayloadEncoding): Outbox {
  return createOutbox({ encoding, store: storeFor(store) })
}

export function storeFor(store: StoreName): OutboxStore | undefined {
  return store === 'blackhole' ? blackholeStore({ writer: 7 }) : undefined
}
