import type { ConnectorConfig } from '../connect/connect-api.ts'
import { itemsOf } from './captured-tables.ts'
import { engineOf } from './engine.ts'
import { namedTables } from './named-tables.ts'

/** The topic of a captured table's records. Kafka allows fewer characters than MySQL. */
export function topicOf(config: ConnectorConfig, table: string): string {
  return `${config['topic.prefix']}.${table}`.replaceAll(/[^\w.-]/g, '_')
}

/** Whether something gives topics other names: a transform, or a naming strategy. */
export function reroutes(config: ConnectorConfig): boolean {
  const types = itemsOf(config['transforms']).map(name => config[`transforms.${name}.type`] ?? '')
  return config['topic.naming.strategy'] !== undefined || types.some(type => type.endsWith('Router'))
}

/** MySQL's connector does, unless it's told not to. */
export function sendsSchemaChanges(config: ConnectorConfig): boolean {
  return engineOf(config) === 'MySQL' && config['include.schema.changes'] !== 'false'
}

/** The topics that a connector writes, as far as its settings name them. */
export function topicsOf(config: ConnectorConfig): readonly string[] {
  const { 'topic.prefix': prefix = '', 'heartbeat.topics.prefix': heartbeat = '__debezium-heartbeat' } = config
  const tables = reroutes(config) ? [] : namedTables(config).map(table => topicOf(config, table))
  return [
    ...tables,
    ...(Number(config['heartbeat.interval.ms'] ?? 0) > 0 ? [`${heartbeat}.${prefix}`] : []),
    ...(sendsSchemaChanges(config) ? [prefix] : [])
  ]
}
