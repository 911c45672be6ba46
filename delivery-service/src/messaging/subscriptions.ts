import { type Consumer, createConsumer, kafkajsClient } from '@outbox-cdc/outbox'
import type { Logger } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'
import { Gauge, type Registry } from 'prom-client'
import type { Config } from '../config.ts'
import { createDeliveryObserver } from './delivery-observer.ts'
import { onOrderCreated, orderCreated } from './on-order-created.ts'

type Parts = { readonly db: Knex; readonly logger: Logger; readonly registry: Registry }

/** What this service listens to. Other events on the topic are passed over: they are not for us. */
export function createSubscriptions(config: Config, { db, logger, registry }: Parts): Consumer {
  const { KAFKA_BROKERS: brokers, KAFKA_GROUP: group, KAFKA_TOPIC: topic } = config
  const consumer = createConsumer({
    kafka: kafkajsClient({ brokers, clientId: 'delivery-service', logger }),
    topic,
    group,
    db,
    logger,
    on: { [orderCreated.name]: onOrderCreated },
    observe: createDeliveryObserver(logger, registry)
  })
  void new Gauge({
    name: 'consumer_lag',
    help: 'Events in the partitions of this process that are not settled yet',
    registers: [registry],
    collect() {
      this.set(consumer.health().lag)
    }
  })
  return consumer
}
