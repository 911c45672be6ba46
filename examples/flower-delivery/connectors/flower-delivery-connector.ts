import { outboxConnector } from '@outbox-cdc/connectctl'

/** The usual connector of an outbox in PostgreSQL, with the topic of this system. */
export const config = {
  ...outboxConnector({
    engine: 'postgres',
    store: 'table',
    database: 'flower_delivery',
    table: 'outbox',
    prefix: 'flower_delivery_server',
    key: 'event_id',
    aggregateId: 'integer',
    // The one that the migration of delivery makes.
    publication: 'flower_delivery_outbox',
    router: true
  }),
  'topic.creation.business.include': 'flower\\.delivery',
  'topic.creation.business.partitions': '6',
  'transforms.route.route.topic.replacement': 'flower.${routedByValue}'
}
