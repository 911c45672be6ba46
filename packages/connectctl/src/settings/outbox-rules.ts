import type { ConnectorConfig } from '../connect/connect-api.ts'
import { itemsOf } from './captured-tables.ts'
import { engineOf } from './engine.ts'
import { error, type Finding, warning } from './finding.ts'
import { checkMessages, readsMessages } from './message-rules.ts'
import {
  describesTables,
  keyPatterns,
  namedTables,
  nameIn,
  surelyCaptures,
  tableOfTopic,
  topicPredicates
} from './named-tables.ts'
import { checkRouter } from './router-rules.ts'
import { reroutes, sendsSchemaChanges, topicOf, topicsOf } from './topics.ts'
import { fits, reaches, routerOf, transformsOf } from './transforms.ts'

/** Settings without which consumers can't read what a connector sends from an outbox, or without which it sends nothing. */
export function checkOutbox(config: ConnectorConfig): readonly Finding[] {
  const tables = namedTables(config)
  const outboxes = outboxesIn(config, tables)
  const findings = [
    ...checkLeftovers(config, tables),
    ...outboxes.flatMap(table => checkRow(config, table)),
    ...checkMessages(config),
    ...sayUnchecked(config, outboxes)
  ]
  return outboxes.length === 0 && !readsMessages(config)
    ? findings
    : [...findings, ...checkConverters(config), ...checkFlow(config)]
}

/** A pattern may match a table that the settings don't name, and that may be an outbox. */
function sayUnchecked(config: ConnectorConfig, outboxes: readonly string[]): readonly Finding[] {
  const described = describesTables(config)
  if (described === undefined) return []
  const others = outboxes.length === 0 ? 'the tables' : `other tables than ${outboxes.join(', ')}`
  const why = `not checked: ${others} that ${described} captures. Name each outbox here (DATABASE.TABLE) to have it checked`
  return [warning('table.include.list', why)]
}

/** Names left from a sample: Debezium and Connect accept a table or a topic that doesn't exist. */
function checkLeftovers(config: ConnectorConfig, tables: readonly string[]): readonly Finding[] {
  const isLeft = (table: string | undefined) =>
    describesTables(config) === undefined || (table !== undefined && surelyCaptures(config, table) === false)
  const keys = keyPatterns(config)
    .filter(pattern => !tables.some(table => fits(pattern, table, 'i')) && isLeft(nameIn(pattern)))
    .map(pattern =>
      error(
        'message.key.columns',
        `names ${pattern}, which it doesn't capture: ${tables.join(', ') || config['table.include.list']}`
      )
    )
  const topics = topicsOf(config)
  const predicates = reroutes(config)
    ? []
    : topicPredicates(config)
        .filter(key => !topics.some(topic => fits(config[`${key}.pattern`], topic)))
        .filter(key => isLeft(tableOfTopic(config, config[`${key}.pattern`])))
        .map(key => error(`${key}.pattern`, `matches none of the connector's topics: ${topics.join(', ')}`))
  return [...keys, ...predicates]
}

/** What makes the key, the value and the headers of an event. */
function checkRow(config: ConnectorConfig, table: string): readonly Finding[] {
  const router = routerOf(config)
  if (router !== undefined) return checkRouter(config, router, table)
  const findings: Finding[] = []
  if (!keyPatterns(config).some(pattern => fits(pattern, table, 'i')))
    findings.push(
      error('message.key.columns', `has no key for ${table}, so each event gets its own: set ${table}:event_id`)
    )
  const skipped = itemsOf(config['skipped.operations'])
  if (!['u', 'd'].every(operation => skipped.includes(operation)))
    findings.push(error('skipped.operations', `must be u,d,t: the deletion of each row of ${table} becomes a record`))
  const transforms = transformsOf(config)
  if (!transforms.some(({ type }) => type.endsWith('.ExtractNewRecordState')))
    findings.push(error('transforms', "has no ExtractNewRecordState: the value is Debezium's envelope, not the row"))
  const lifts = transforms.find(({ key }) => itemsOf(config[`${key}.headers`]).includes('message_id'))
  const moved = `message_id and the other columns of ${table} into headers`
  if (lifts === undefined) findings.push(error('transforms', `has no HeaderFrom$Value that moves ${moved}`))
  else if (!reaches(config, lifts, topicOf(config, table)))
    findings.push(error(`${lifts.key}.predicate`, `does not let ${topicOf(config, table)} pass, so it moves no column`))
  return findings
}

function checkConverters(config: ConnectorConfig): readonly Finding[] {
  return ['key.converter', 'value.converter'].flatMap(key => {
    const converter = config[key]
    if (converter === undefined)
      return [warning(key, 'is left to the worker, whose default may not be JSON: set it to JsonConverter')]
    // The router's key is the bare id, which is text anyway.
    if (key === 'key.converter' && routerOf(config) !== undefined) return []
    return converter.endsWith('.StringConverter') ? [error(key, 'writes rows as text that no consumer can read')] : []
  })
}

/** What stops the first start, or waits for a topic that doesn't exist. */
function checkFlow(config: ConnectorConfig): readonly Finding[] {
  const findings: Finding[] = []
  if (engineOf(config) === 'MySQL' && config['snapshot.locking.mode'] !== 'none')
    findings.push(warning('snapshot.locking.mode', 'is not none: the first start needs RELOAD and LOCK TABLES'))
  if (sendsSchemaChanges(config))
    findings.push(warning('include.schema.changes', `is not false: it needs the topic ${config['topic.prefix']}`))
  return [...findings, ...checkTopicCreation(config)]
}

/** Without these settings Connect creates no topic. With only some of them it starts no connector. */
function checkTopicCreation(config: ConnectorConfig): readonly Finding[] {
  const needed = ['topic.creation.default.partitions', 'topic.creation.default.replication.factor']
  const [missing] = needed.filter(key => config[key] === undefined)
  if (missing === undefined) return []
  const isBegun = Object.keys(config).some(key => key.startsWith('topic.creation.'))
  return [
    isBegun
      ? error(missing, 'is missing: with other topic.creation settings, Connect starts no connector without it')
      : warning(missing, 'is missing: Connect creates no topic')
  ]
}

/** The tables whose rows become events: named like an outbox, or the only one next to the heartbeat. */
function outboxesIn(config: ConnectorConfig, tables: readonly string[]): readonly string[] {
  const named = tables.filter(table => /outbox$/i.test(table))
  if (
    named.length > 0 ||
    (routerOf(config) === undefined &&
      !transformsOf(config).some(({ key }) => (config[`${key}.headers`] ?? '').includes('message_id')))
  )
    return named
  return tables.filter(table => !table.endsWith('.connect_heartbeat'))
}
