import { fileURLToPath } from 'node:url'
import { defineEvent, type OutboundEvent } from '@outbox-cdc/outbox'
import { createMemoryKafka, createMemoryTopic, debeziumRecord } from '@outbox-cdc/outbox/testing'
import { createLogger, migrate } from '@outbox-cdc/service-kit'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { fetchJson, get } from '@outbox-cdc/test-support/http'
import { createPostgres, urlOf } from '@outbox-cdc/test-support/use-postgres'
import type { Knex } from 'knex'
import { expect } from 'vitest'
import { z } from 'zod'
import { configSchema, createService } from '../delivery/service.ts'

const directory = fileURLToPath(new URL('../delivery/migrations', import.meta.url))

// What the shop and the order write, as those who read it know it.
const decorated = defineEvent({ name: 'decorated', aggregate: 'shop', version: 1, payload: z.looseObject({}) })
const cancelRequested = defineEvent({
  name: 'order_cancel_requested',
  aggregate: 'order',
  version: 1,
  payload: z.looseObject({})
})

/** The service delivery on PostgreSQL, with topics in memory. The caller stops it. */
export async function startDelivery() {
  const { db, drop } = await createPostgres()
  const url = urlOf(db)
  const said: string[] = []
  const migrateOnce = () => migrate({ url, directory, report: sentence => void said.push(sentence) })
  await Promise.all([migrateOnce(), migrateOnce()])
  await keepWhatIsPublished(db)
  const topics = {
    shop: createMemoryTopic({ name: 'flower.shop' }),
    order: createMemoryTopic({ name: 'flower.order' })
  }
  const config = configSchema.parse({ HTTP_PORT: '0', DATABASE_URL: url, KAFKA_BROKERS: 'none:1' })
  const service = createService(
    config,
    createLogger('delivery', 'silent'),
    createMemoryKafka(topics.shop, topics.order)
  )
  const at = `http://127.0.0.1:${await service.start()}`
  const send = (topic: keyof typeof topics, event: OutboundEvent) =>
    topics[topic].produce(debeziumRecord(event, { id: 1, createdAt: new Date(), topic: `flower.${topic}` }))
  return {
    said,
    at,
    topics,
    decorate: (orderId: number, payload: Readonly<Record<string, unknown>>) =>
      send('shop', decorated({ aggregateId: orderId, payload })),
    cancel: (orderId: number) =>
      send('order', cancelRequested({ aggregateId: orderId, payload: { reason: 'CUSTOMER' } })),
    read: (orderId: number) => get(`${at}/deliveries/${orderId}`),
    list: (query: string) => get(`${at}/deliveries?${query}`),
    ride: (command: 'depart' | 'complete', orderId: number) =>
      fetchJson(`${at}/deliveries/${command}/${orderId}`, { method: 'PUT' }),
    /** Waits until each record of both topics is settled, and says how. */
    async settled() {
      const sent = Object.values(topics).reduce((sum, topic) => sum + topic.records().length, 0)
      return eventually(async () => {
        const { text } = await get(`${at}/metrics`)
        const counts = [...text.matchAll(/^events_total\{[^}]*outcome="(\w+)"[^}]*\} (\d+)/gm)]
        const outcomes = Object.fromEntries(counts.map(([, outcome = '', count]) => [outcome, Number(count)]))
        expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(sent)
        return outcomes
      })
    },
    published: (orderId: number) => db('published').where({ event_id: orderId }).orderBy('id'),
    async stop() {
      await service.stop()
      await drop()
    }
  }
}

async function keepWhatIsPublished(db: Knex): Promise<void> {
  await db.raw(`
    CREATE TABLE published AS SELECT * FROM outbox;
    CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO published SELECT NEW.*; RETURN NEW; END $$;
    CREATE TRIGGER keep AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION keep()`)
}
