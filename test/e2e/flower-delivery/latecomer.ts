import { randomUUID } from 'node:crypto'
import { createConsumer, createInboxTables, defineEvent, handle, kafkajsClient } from '@outbox-cdc/outbox'
import type { Stack } from '@outbox-cdc/stack'
import knex from 'knex'
import { z } from 'zod'

// Only the fields that this service reads, as every reader of an event defines them.
const paid = defineEvent({
  name: 'paid',
  aggregate: 'payment',
  version: 1,
  payload: z.object({ itemId: z.int(), qty: z.int() })
})

const ignore = () => undefined
const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore }

/** A service that comes later: it counts what of each item was sold, in a database of its own. */
export async function startLatecomer({ mysql, kafka: { brokers } }: Stack) {
  const database = `late_${randomUUID().slice(0, 8)}`
  const { host, port, rootPassword: password } = mysql
  const connectTo = (name?: string) =>
    knex({ client: 'mysql2', connection: { host, port, user: 'root', password, ...(name && { database: name }) } })
  const server = connectTo()
  await server.raw('CREATE DATABASE ??', [database])
  await server.destroy()
  const db = connectTo(database)
  await createInboxTables(db)
  await db.raw('CREATE TABLE sold (item_id BIGINT NOT NULL PRIMARY KEY, qty INT NOT NULL)')

  const group = `flower-${database}`
  const kafka = kafkajsClient({ brokers: [...brokers], clientId: group, logger })
  const count = handle(paid, async ({ payload: { itemId, qty } }, trx) => {
    await trx.raw('INSERT INTO sold VALUES (?, ?) ON DUPLICATE KEY UPDATE qty = qty + VALUES(qty)', [itemId, qty])
  })
  const consumer = createConsumer({ kafka, group, db, logger, topics: { 'flower.payment': { [paid.name]: count } } })
  await consumer.start()
  return {
    /** How many of each item were sold, by item. */
    sold: async (): Promise<readonly { readonly item_id: number; readonly qty: number }[]> =>
      db('sold').orderBy('item_id'),
    async stop() {
      await consumer.stop()
      await kafka.close()
      await db.destroy()
    }
  }
}
