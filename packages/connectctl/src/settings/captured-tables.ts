import type { ConnectorConfig } from '../connect/connect-api.ts'

/** The items of a list such as Kafka's brokers: blanks around a comma don't count. */
export function itemsOf(list: string | undefined): readonly string[] {
  return (list ?? '')
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')
}

/** Debezium's lists of patterns: `\,` is a comma inside a pattern. */
export function patternsOf(list: string | undefined): readonly string[] {
  return (list ?? '')
    .split(/(?<!\\),/)
    .map(pattern => pattern.trim().replaceAll('\\,', ','))
    .filter(pattern => pattern !== '')
}

/** Each pattern must match the whole name, in any case. */
function matches(list: string | undefined, name: string): boolean {
  return patternsOf(list).some(pattern => {
    const source = pattern.replace(/^\(\?i\)/, '') // what Java says inside of the pattern, and we do outside
    return new RegExp(`^(?:${source})$`, 'i').test(name)
  })
}

const internal = new Set(['mysql', 'sys', 'performance_schema', 'information_schema', 'pg_catalog'])

/** Whether the connector captures a table such as `orders.outbox`, or `public.outbox` of PostgreSQL, by its lists. */
export function captures(config: ConnectorConfig, table: string): boolean {
  const [database = ''] = table.split('.')
  const isIn = (what: 'database' | 'schema') => isChosen(config, what, database)
  return isIn('database') && isIn('schema') && isChosen(config, 'table', table) && !internal.has(database)
}

function isChosen(config: ConnectorConfig, what: 'database' | 'schema' | 'table', name: string): boolean {
  const included = config[`${what}.include.list`] ?? ''
  return included === '' ? !matches(config[`${what}.exclude.list`], name) : matches(included, name)
}

/** The databases that the lists name, rather than describe with a pattern. */
function namedDatabases(config: ConnectorConfig): readonly string[] {
  const tables = patternsOf(config['table.include.list']).map(pattern => pattern.split(/\\?\./)[0] ?? '')
  const names = [...tables, ...patternsOf(config['database.include.list'] ?? config['schema.include.list'])]
  return [...new Set(names)].filter(name => /^[\w$-]+$/.test(name))
}

/** The captured table `connect_heartbeat`; undefined when the connector captures none. */
export function heartbeatTable(config: ConnectorConfig): string | undefined {
  return namedDatabases(config)
    .map(database => `${database}.connect_heartbeat`)
    .find(table => captures(config, table))
}
