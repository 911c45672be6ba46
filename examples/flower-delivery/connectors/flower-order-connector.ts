import { outboxConnector } from '@outbox-cdc/connectctl'

/** The usual connector of an outbox in MySQL, with the topics of this system. */
export const config = {
  ...outboxConnector({
    engine: 'mysql',
    database: 'flower_order',
    table: 'outbox',
    prefix: 'flower_order_server',
    key: 'event_id',
    serverId: 131,
    router: true
  }),
  'topic.creation.business.include': 'flower\\.order',
  'topic.creation.business.partitions': '6',
  'transforms.route.route.topic.replacement': 'flower.${routedByValue}'
}
