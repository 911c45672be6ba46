import { setTimeout as sleep } from 'node:timers/promises'
import { createMysql, createHealth, createHttpServer, runService } from '@outbox-cdc/service-kit'
import type { Logger, Service } from '@outbox-cdc/service-kit'
import express from 'express'
import { Kafka, logLevel } from 'kafkajs'
import type { Knex } from 'knex'
import { z } from 'zod'
import { wireRecord } from './wire-record.ts'

// A usual polling publisher: it claims rows with FOR UPDATE SKIP LOCKED, sends them with acks=all and marks them as sent.
// It polls again at once while batches are full.
const schema = z.object({
  HTTP_PORT: z.coerce.number(),
  MYSQL_URL: z.string(),
  KAFKA_BROKERS: z.string(),
  BENCH_TOPIC: z.string(),
  POLL_INTERVAL_MS: z.coerce.number().default(100),
  POLL_BATCH: z.coerce.number().default(100),
  LOG_LEVEL: z.string().default('info')
})
type Config = Readonly<z.output<typeof schema>>

function createPublisher(config: Config, logger: Logger): Service {
  const db = createMysql({ url: config.MYSQL_URL, name: 'polling-publisher', poolSize: 4, logger })
  const kafka = new Kafka({ brokers: config.KAFKA_BROKERS.split(','), logLevel: logLevel.NOTHING })
  const producer = kafka.producer()
  const health = createHealth({ ready: { mysql: async () => await db.raw('SELECT 1') } })
  const server = createHttpServer(express().use(health.routes), { host: '127.0.0.1', port: config.HTTP_PORT })
  let stopped = false
  let ended: Promise<void> = Promise.resolve()

  async function publishUntilStopped(): Promise<void> {
    while (!stopped) {
      const count = await publishSome(db, config.POLL_BATCH, async rows => {
        await producer.send({ topic: config.BENCH_TOPIC, messages: rows.map(recordOf), acks: -1 })
      })
      if (count < config.POLL_BATCH) await sleep(config.POLL_INTERVAL_MS)
    }
  }

  return {
    async start() {
      await producer.connect()
      ended = publishUntilStopped()
      return server.start()
    },
    async stop() {
      stopped = true
      await ended
      await Promise.all([producer.disconnect(), server.stop(), db.destroy()])
    }
  }
}

type Row = {
  readonly id: number
  readonly event: string
  readonly event_id: number
  readonly payload: unknown
  readonly created_at: Date
  readonly message_id: string
  readonly aggregate: string
}

function recordOf({ id, event, event_id, payload, created_at, message_id, aggregate }: Row) {
  const json = typeof payload === 'string' ? payload : JSON.stringify(payload)
  const createdAt = created_at.toISOString()
  return wireRecord({ id, name: event, aggregateId: event_id, json, createdAt, messageId: message_id, aggregate })
}

/** Claims rows in one short transaction, sends them outside of it, then marks them: no lock waits for Kafka. */
async function publishSome(db: Knex, limit: number, send: (rows: readonly Row[]) => Promise<void>): Promise<number> {
  const rows = await db.transaction(async trx => {
    const claimed = await trx<Row & { status: string }>('polling_outbox')
      .where({ status: 'waiting' })
      .orderBy('id')
      .limit(limit)
      .forUpdate()
      .skipLocked()
    const ids = claimed.map(({ id }) => id)
    if (ids.length > 0) await trx('polling_outbox').whereIn('id', ids).update({ status: 'sending' })
    return claimed as readonly Row[]
  })
  if (rows.length === 0) return 0
  await send(rows)
  const ids = rows.map(({ id }) => id)
  await db('polling_outbox').whereIn('id', ids).update({ status: 'sent' })
  return rows.length
}

await runService({ name: 'polling-publisher', schema, env: process.env, create: createPublisher })
