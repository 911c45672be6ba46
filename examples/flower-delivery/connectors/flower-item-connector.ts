import { outboxConnector } from '@outbox-cdc/connectctl'

/** The usual connector of an outbox in MySQL, with the topics of this system. */
export const config = {
  ...outboxConnector({
    engine: 'mysql',
    database: 'flower_item',
    table: 'outbox',
    prefix: 'flower_item_server',
    key: 'event_id',
    serverId: 133,
    router: true
  }),
  'topic.creation.business.include': 'flower\\.(item|stock)',
  'topic.creation.business.partitions': '6',
  'transforms.route.route.topic.replacement': 'flower.${routedByValue}'
}
