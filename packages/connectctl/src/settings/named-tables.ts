import type { ConnectorConfig } from '../connect/connect-api.ts'
import { captures, itemsOf, patternsOf } from './captured-tables.ts'

/**
 * The captured tables that the settings name: in `table.include.list`, or, where a pattern describes its tables or there is
 * no list, in `message.key.columns` or as the topic of a predicate.
 */
export function namedTables(config: ConnectorConfig): readonly string[] {
  const listed = patternsOf(config['table.include.list']).flatMap(pattern => nameIn(pattern) ?? [])
  const elsewhere = [
    ...keyPatterns(config).map(nameIn),
    ...topicPredicates(config).map(key => tableOfTopic(config, config[`${key}.pattern`]))
  ].filter(name => name !== undefined)
  const known = elsewhere.filter(name => surelyCaptures(config, name) === true)
  return [...new Set([...listed, ...(describesTables(config) === undefined ? [] : known)])]
}

/** What describes captured tables without naming them; undefined where every captured table is named. */
export function describesTables(config: ConnectorConfig): string | undefined {
  const patterns = patternsOf(config['table.include.list'])
  if (patterns.length === 0) return 'a connector without table.include.list'
  const described = patterns.filter(pattern => nameIn(pattern) === undefined)
  return described.length === 0 ? undefined : described.join(', ')
}

/** Undefined where a list has syntax of Java that JavaScript lacks. */
export function surelyCaptures(config: ConnectorConfig, table: string): boolean | undefined {
  try {
    return captures(config, table)
  } catch {
    return undefined
  }
}

/** The table that a pattern such as `orders\\.outbox` names. */
export function nameIn(pattern: string): string | undefined {
  const name = pattern.replace(/\\?\./, '.')
  return /^[\w$-]+\.[\w$-]+$/.test(name) ? name : undefined
}

/** `message.key.columns` is `TABLE:COLUMN,COLUMN;TABLE:COLUMN` with a pattern for each table. */
export function keyPatterns(config: ConnectorConfig): readonly string[] {
  const entries = (config['message.key.columns'] ?? '').split(';').map(entry => entry.split(':')[0]?.trim() ?? '')
  return entries.filter(pattern => pattern !== '')
}

/** The keys of the predicates that choose topics by their names, such as `predicates.isOutbox`. */
export function topicPredicates(config: ConnectorConfig): readonly string[] {
  return itemsOf(config['predicates'])
    .map(name => `predicates.${name}`)
    .filter(key => config[`${key}.type`]?.endsWith('.TopicNameMatches'))
}

/** The table whose topic a pattern names. */
export function tableOfTopic(config: ConnectorConfig, pattern = ''): string | undefined {
  const topic = pattern.replaceAll('\\.', '.')
  const prefix = `${config['topic.prefix']}.`
  return topic.startsWith(prefix) ? nameIn(topic.slice(prefix.length)) : undefined
}
