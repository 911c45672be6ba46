import { createConsumer, kafkajsClient, type RecordDecoding } from '@outbox-cdc/outbox'
import { type Check, kafkaFrom, type Logger, registerConsumerGauges } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'
import type { Registry } from 'prom-client'
import type { Config } from '../config.ts'
import { createDeliveryObserver } from './delivery-observer.ts'
import { onOrderCreated, orderCreated } from './on-order-created.ts'

type Parts = { readonly db: Knex; readonly logger: Logger; readonly registry: Registry }

export type Subscriptions = {
  /** Resolves when the consumer has joined its group, or joins later because Kafka is away. */
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
  readonly reading: Check
  /** Fails when events wait and none was settled for a long time: a new process heals a client that hangs. */
  readonly progressing: Check
}

/** The events that this service handles. It ignores other events on the topic. */
export async function createSubscriptions(config: Config, { db, logger, registry }: Parts): Promise<Subscriptions> {
  const { KAFKA_GROUP: group, INBOX_KEEP_MS: keepMs, KAFKA_TOPIC: topic, SCHEMA_REGISTRY_URL: url } = config
  const createClient = config.KAFKA_CLIENT === 'kafkajs' ? kafkajsClient : await loadPlatformatic()
  const kafka = createClient({ ...kafkaFrom(config), clientId: 'delivery-service', logger })
  const decoding = url === '' ? undefined : await loadAvro(config)
  let stalled: string | undefined
  const consumer = createConsumer({
    kafka,
    group,
    db,
    logger,
    decoding,
    inbox: { keepMs },
    topics: { [topic]: { [orderCreated.name]: onOrderCreated } },
    batchSize: config.BATCH_SIZE,
    observe: createDeliveryObserver(logger, registry),
    liveness: { stallAfterMs: config.STALL_AFTER_MS, onStalled: reason => void (stalled = reason) }
  })
  registerConsumerGauges(consumer, registry)
  return {
    start: () => consumer.start(),
    async stop() {
      await consumer.stop()
      await kafka.close()
    },
    async reading() {
      const { ok, reason } = consumer.health()
      if (!ok) throw new Error(reason)
    },
    async progressing() {
      if (consumer.health().ok) stalled = undefined
      if (stalled !== undefined) throw new Error(stalled)
    }
  }
}

// Loaded only when the configuration asks for them.
async function loadPlatformatic() {
  return (await import('@outbox-cdc/outbox/platformatic')).platformaticClient
}

async function loadAvro({ SCHEMA_REGISTRY_URL: url, SCHEMA_REGISTRY_TOKEN: token }: Config): Promise<RecordDecoding> {
  const { avroDecoding, schemaRegistry } = await import('@outbox-cdc/outbox/avro')
  return avroDecoding({ registry: schemaRegistry({ url, token }) })
}
