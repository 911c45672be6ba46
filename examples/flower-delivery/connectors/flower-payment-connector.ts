import { outboxConnector } from '@outbox-cdc/connectctl'

/** The usual connector of an outbox in MySQL, with the topics of this system. */
export const config = {
  ...outboxConnector({
    engine: 'mysql',
    database: 'flower_payment',
    table: 'outbox',
    prefix: 'flower_payment_server',
    key: 'event_id',
    serverId: 132,
    router: true
  }),
  'topic.creation.business.include': 'flower\\.payment',
  'topic.creation.business.partitions': '6',
  'transforms.route.route.topic.replacement': 'flower.${routedByValue}'
}
