import { outboxConnector } from '@outbox-cdc/connectctl'

/** The usual connector of an outbox in MySQL, with the one topic that the system's description names. */
export const config = {
  ...outboxConnector({
    engine: 'mysql',
    database: 'customers',
    table: 'outbox',
    prefix: 'customers_server',
    key: 'event_id',
    serverId: 111,
    router: true
  }),
  'topic.creation.business.include': '${CUSTOMER_TOPIC}',
  'transforms.route.route.topic.replacement': '${CUSTOMER_TOPIC}'
}
