import { outboxConnector } from '@outbox-cdc/connectctl'

/** The usual connector of an outbox in MySQL, with the one topic that the system's description names. */
export const config = {
  ...outboxConnector({
    engine: 'mysql',
    database: 'customer_orders',
    table: 'outbox',
    prefix: 'customer_orders_server',
    key: 'event_id',
    serverId: 112,
    router: true
  }),
  'topic.creation.business.include': '${ORDER_TOPIC}',
  'transforms.route.route.topic.replacement': '${ORDER_TOPIC}'
}
