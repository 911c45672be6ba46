import { fileURLToPath } from 'node:url'
import type { KafkaClient, OutboundEvent } from '@outbox-cdc/outbox'
import { createMemoryKafka, createMemoryTopic, debeziumRecord } from '@outbox-cdc/outbox/testing'
import { createLogger, type Logger, migrate, type Service } from '@outbox-cdc/service-kit'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { fetchJson, get, post } from '@outbox-cdc/test-support/http'
import { createServiceDatabase } from '@outbox-cdc/test-support/use-stack'
import { expect } from 'vitest'
import { keepPublished } from './keep-published.ts'

type Parts<Config> = {
  /** Of the service, beside this one. */
  readonly folder: string
  readonly group: string
  readonly topics: readonly string[]
  readonly configSchema: { parse(env: Readonly<Record<string, string>>): Config }
  readonly createService: (config: Config, logger: Logger, kafka: KafkaClient) => Service
}

/** An event that a service has published. Fields that it hasn't are null. */
export type Published = {
  readonly event: string
  readonly aggregate: string
  readonly aggregateId: number
  readonly version: number
  readonly payload: unknown
  readonly correlationId: string | null
  readonly causationId: string | null
}

/** A service in this process, on MySQL and on topics in memory. The caller stops it. */
export async function startOnMysql<Config>({ folder, group, topics: names, ...parts }: Parts<Config>) {
  const directory = fileURLToPath(new URL(`../${folder}/migrations`, import.meta.url))
  const database = await createServiceDatabase(folder, url => migrate({ url, directory, report: () => undefined }))
  const { db } = database
  await keepPublished(db)
  const topics = new Map(names.map(name => [name, createMemoryTopic({ name })]))
  const kafka = createMemoryKafka(...topics.values())
  const config = parts.configSchema.parse({ HTTP_PORT: '0', MYSQL_URL: database.url, KAFKA_BROKERS: 'none:1' })
  const service = parts.createService(config, createLogger(folder, 'silent'), kafka)
  const url = `http://127.0.0.1:${await service.start()}`
  let id = 0

  async function settled(name: string): Promise<void> {
    const [marks, committed] = await Promise.all([kafka.watermarks(name), kafka.committed(group, name)])
    for (const [partition, { high }] of marks) expect(committed.get(partition) ?? 0n, name).toBe(high)
  }

  return {
    db,
    get: (path: string) => get(`${url}${path}`),
    post: (path: string, body: unknown) => post(`${url}${path}`, body),
    put: (path: string, body?: unknown) =>
      fetchJson(`${url}${path}`, {
        method: 'PUT',
        ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
      }),
    /** Sends an event, which need not be handled when this returns. */
    send(topic: string, event: OutboundEvent): void {
      const record = debeziumRecord(event, { id: ++id, createdAt: new Date(), topic })
      const to = topics.get(topic)
      if (to === undefined) throw new Error(`${folder} reads no topic ${topic}`)
      to.produce(record)
    },
    /** Waits until everything that was sent is handled, parked, or known to be a duplicate. */
    settle: () => eventually(() => Promise.all(names.map(settled)), { everyMs: 10 }),
    /** What was published about these aggregates, oldest first. */
    published: (aggregate: string, ...ids: readonly number[]): Promise<readonly Published[]> =>
      db('published').where({ aggregate }).whereIn('aggregateId', ids).orderBy('id').select(publishedColumns),
    parked: (): Promise<readonly string[]> => db('parked_event').pluck('reason'),
    async stop() {
      await service.stop()
      await database.drop()
    }
  }
}

const publishedColumns = ['event', 'aggregate', 'aggregateId', 'version', 'payload', 'correlationId', 'causationId']
