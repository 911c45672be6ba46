import type { ConnectorConfig } from '../connect/connect-api.ts'
import { heartbeatTable, itemsOf } from './captured-tables.ts'
import { error, type Finding, warning } from './finding.ts'
import { topicOf } from './topics.ts'
import { reaches, type Transform, transformsOf } from './transforms.ts'

const needed = {
  'table.field.event.id': ['message_id', 'the identity of the message'],
  'table.field.event.key': ['event_id', "the aggregate's id, which orders its events"],
  'table.field.event.payload': ['payload', 'the value'],
  'route.by.field': ['aggregate', 'the last part of the topic']
} as const

/** The columns that consumers look for in headers; without the event's name they read nothing. */
const lifted = [
  'event',
  'aggregate',
  'aggregate_version',
  'schema_version',
  'correlation_id',
  'causation_id',
  'traceparent',
  'created_at'
]

/** What consumers need of an outbox whose rows Debezium's Outbox Event Router sends to a topic for each aggregate type. */
export function checkRouter(config: ConnectorConfig, router: Transform, table: string): readonly Finding[] {
  return [...checkReach(config, router, table), ...(isOurs(config, router) ? checkFields(config, router) : [])]
}

/** The router throws at rows of other tables, and passes on what is no longer Debezium's envelope. */
function checkReach(config: ConnectorConfig, router: Transform, table: string): readonly Finding[] {
  const findings: Finding[] = []
  const topic = topicOf(config, table)
  if (!reaches(config, router, topic))
    findings.push(error(`${router.key}.predicate`, `does not let ${topic} pass, so no event is routed`))
  const heartbeat = heartbeatTable(config)
  if (heartbeat !== undefined && reaches(config, router, topicOf(config, heartbeat)))
    findings.push(
      error(router.key, `throws on rows of ${heartbeat} and stops the task: give it a TopicNameMatches predicate`)
    )
  const transforms = transformsOf(config)
  const before = transforms.slice(
    0,
    transforms.findIndex(({ key }) => key === router.key)
  )
  const unwrap = before.find(({ type }) => type.endsWith('.ExtractNewRecordState'))
  if (unwrap !== undefined && reaches(config, unwrap, topic))
    findings.push(
      error(unwrap.key, `unwraps ${topic}, so the router leaves its records as they are: negate a predicate`)
    )
  return findings
}

/** Whether any setting names a column that only our outbox table has. Tables of other libraries have others. */
function isOurs(config: ConnectorConfig, { key }: Transform): boolean {
  const named = ['table.field.event.id', 'table.field.event.key', 'route.by.field'].map(
    name => config[`${key}.${name}`]
  )
  return ['message_id', 'event_id', 'aggregate'].some(column => named.includes(column))
}

function checkFields(config: ConnectorConfig, { key }: Transform): readonly Finding[] {
  const fields = Object.entries(needed).flatMap(([name, [column, what]]) => {
    const value = config[`${key}.${name}`] ?? (name === 'table.field.event.payload' ? 'payload' : undefined)
    return value === column ? [] : [error(`${key}.${name}`, `is ${value ?? 'missing'}; it must be ${column}: ${what}`)]
  })
  const place = `${key}.table.fields.additional.placement`
  const placed = itemsOf(config[place]).map(item => item.split(':'))
  const inEnvelope = placed.filter(([, where]) => where === 'envelope').map(([column]) => column)
  const missing = lifted.filter(
    name => !placed.some(([column, where, alias = column]) => column === name && where === 'header' && alias === name)
  )
  const findings = [...fields]
  if (inEnvelope.length > 0)
    findings.push(error(place, `puts ${inEnvelope.join(', ')} beside the payload, so the value is not the payload`))
  if (missing.includes('event')) findings.push(error(place, "has no event:header: consumers need the event's name"))
  const others = missing.filter(name => name !== 'event')
  if (others.length > 0)
    findings.push(warning(place, `has no ${others.map(name => `${name}:header`).join()}: consumers miss these`))
  return findings
}
