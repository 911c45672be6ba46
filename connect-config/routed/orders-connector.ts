import base from '../orders-connector.json' with { type: 'json' }

// A topic for each aggregate type, by Debezium's Outbox Event Router.
const own = ['message.key.columns', 'transforms.unwrap.add.headers', 'transforms.unwrap.add.headers.prefix']
const kept = Object.entries(base).filter(([key]) => !key.startsWith('transforms.headers.') && !own.includes(key))
const lifted = `event,created_at,${base['transforms.headers.fields']},actor`.split(',')

export const config = {
  ...Object.fromEntries(kept),
  'topic.creation.business.include': 'orders\\..*',

  transforms: 'unwrap,route',
  'transforms.unwrap.predicate': 'isOutbox',
  'transforms.unwrap.negate': 'true',
  'transforms.route.type': 'io.debezium.transforms.outbox.EventRouter',
  'transforms.route.predicate': 'isOutbox',
  'transforms.route.table.field.event.id': 'message_id',
  'transforms.route.table.field.event.key': 'event_id',
  'transforms.route.table.fields.additional.placement': lifted.map(column => `${column}:header`).join(),
  'transforms.route.table.field.additional.missing': 'ignore',
  'transforms.route.route.by.field': 'aggregate',
  'transforms.route.route.topic.replacement': 'orders.${routedByValue}'
}
