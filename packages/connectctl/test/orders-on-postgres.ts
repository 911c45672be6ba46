import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import {
  appendToOutbox,
  createConsumer,
  createInboxTables,
  defineEvent,
  handle,
  kafkajsClient
} from '@outbox-cdc/outbox'
import type { Stack } from '@outbox-cdc/stack'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { uniqueName, useStack } from '@outbox-cdc/test-support/use-stack'
import { execa } from 'execa'
import { expect, onTestFinished } from 'vitest'
import { z } from 'zod'
import { recordsOf } from './own-connector.ts'
import { ownPostgresConnector, type PostgresConnector } from './own-postgres.ts'

export const patience = { timeoutMs: 90_000, everyMs: 250 }

const orderCreated = defineEvent({
  name: 'order_created',
  aggregate: 'order',
  version: 1,
  payload: z.object({ quantity: z.int() })
})
const silent = { debug() {}, info() {}, warn() {}, error() {} }
type Order = { readonly id: number; readonly messageId: string }

/** Orders that become deliveries, through the connector, with a keeper that watches it. */
export async function startOrders(stack: Stack) {
  const own = await ownPostgresConnector(stack)
  const { db, name, topic } = own
  await db.raw('CREATE TABLE customer_order (id serial PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now())')
  await db.raw('CREATE TABLE delivery (order_id int PRIMARY KEY, delivered_at timestamptz NOT NULL DEFAULT now())')
  await createInboxTables(db)
  expect(await own.connectctl('apply')).toMatchObject({ code: 0 })
  const keeper = await own.keeper({ slotLagBytes: 5_000_000 })
  const kafka = kafkajsClient({ brokers: useStack().kafka.brokers, clientId: name, logger: silent })
  const deliver = handle(orderCreated, async ({ aggregateId }, trx) =>
    trx('delivery').insert({ order_id: aggregateId })
  )
  const topics = { [topic]: { order_created: deliver } }
  const consumer = createConsumer({ kafka, group: uniqueName('deliveries'), db, logger: silent, topics })
  onTestFinished(async () => {
    await consumer.stop()
    await kafka.close()
  })
  await recordsOf(topic) // creates it
  await consumer.start()

  const append = (order: Order) =>
    db.transaction(trx =>
      appendToOutbox(trx, orderCreated({ aggregateId: order.id, messageId: order.messageId, payload: { quantity: 1 } }))
    )
  const lab = {
    ...own,
    keeper,
    placeOrders: (count: number): Promise<readonly Order[]> =>
      Promise.all(
        Array.from({ length: count }, async () => {
          const messageId = randomUUID()
          const id = await db.transaction(async trx => {
            const [row] = await trx('customer_order').insert({}).returning('id')
            await appendToOutbox(trx, orderCreated({ aggregateId: row.id, messageId, payload: { quantity: 1 } }))
            return row.id as number
          })
          return { id, messageId }
        })
      ),
    sendAgain: async (orders: readonly Order[]) => {
      for (const order of orders) await append(order)
    },
    expectFlowing: () => eventually(() => expect(keeper.watched()).toMatchObject({ state: 'flowing' }), patience),
    expectNamed: (cause: string) => eventually(() => expect(keeper.watched()?.fatal?.cause).toBe(cause), patience),
    expectHealed: () =>
      eventually(() => expect(keeper.watched()).toMatchObject({ state: 'flowing', fatal: undefined }), patience),
    async beginAtPresent() {
      expect(await own.connectctl('offsets', 'set', name, '--to', 'now', '--yes')).toMatchObject({ code: 0 })
      await own.connectctl('resume', name)
      await lab.expectHealed()
    },
    /** Lets PostgreSQL keep 1 MB for a slot, and writes more. */
    async invalidateSlot() {
      await own.server.raw("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'")
      await own.server.raw('SELECT pg_reload_conf()')
      await eventually(async () => {
        await db.raw('CREATE TABLE more AS SELECT repeat(md5(n::text), 20) FROM generate_series(1, 40000) AS n')
        await db.raw('DROP TABLE more')
        await db.raw('SELECT pg_switch_wal()')
        await db.raw('CHECKPOINT')
        expect((await own.slot())?.wal_status).toBe('lost')
      }, patience)
      await own.server.raw('ALTER SYSTEM RESET max_slot_wal_keep_size')
      await own.server.raw('SELECT pg_reload_conf()')
    },
    /** The orders that the audit misses are exactly these. */
    expectAudit: (missing: readonly Order[]) =>
      eventually(async () => {
        const wanted = missing.map(({ id }) => `missing in topic ${id}`)
        expect((await audit(own)).toSorted()).toEqual(wanted.toSorted())
      }, patience)
  }
  await lab.expectFlowing()
  return lab
}

async function audit({ name, topic, urlOf }: PostgresConnector): Promise<readonly string[]> {
  const cli = join(import.meta.dirname, '../../outbox/src/cli.ts')
  const env = { URL: urlOf(name), KAFKA_BROKERS: useStack().kafka.brokers.join() }
  const databases = ['--source', '${env:URL}', '--target', '${env:URL}', '--topic', topic, '--event', 'order_created']
  const rows = ['--committed', 'customer_order(id,created_at)', '--effects', 'delivery(order_id,delivered_at)']
  const args = [cli, 'audit', ...databases, ...rows, '--until', '0s', '--json']
  const { stdout, stderr } = await execa(process.execPath, args, { env, timeout: 60_000, reject: false })
  if (stdout === '') throw new Error(stderr)
  const { findings } = JSON.parse(stdout) as { findings: { kind: string; id: string }[] }
  return findings.map(({ kind, id }) => `${kind} ${id}`)
}
