import { outboxConnector } from '@outbox-cdc/connectctl'

/** The usual connector of an outbox in MySQL, with the one topic that the system's description names. */
export const config = {
  ...outboxConnector({
    engine: 'mysql',
    database: 'purchases',
    table: 'outbox',
    prefix: 'purchases_server',
    key: 'event_id',
    serverId: 114,
    router: true
  }),
  'topic.creation.business.include': '${PURCHASE_TOPIC}',
  'transforms.route.route.topic.replacement': '${PURCHASE_TOPIC}'
}
