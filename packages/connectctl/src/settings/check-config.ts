import type { ConnectorConfig, NamedConfig } from '../connect/connect-api.ts'
import { checkNames, checkValues } from './check-names.ts'
import { isSecretKey } from './diff-config.ts'
import { error, type Finding } from './finding.ts'
import { checkLosses } from './loss-rules.ts'
import { isSecretReference } from './secret-references.ts'

const mysqlConnector = 'io.debezium.connector.mysql.MySqlConnector'

/** All findings about a connector's settings, errors first. For other connector classes it checks the secrets only. */
export function checkConfig(config: ConnectorConfig, neighbours: readonly NamedConfig[] = []): readonly Finding[] {
  if (config['connector.class'] !== mysqlConnector && config['connector.class'] !== undefined)
    return checkSecrets(config)
  const findings = [
    ...checkNames(config),
    ...checkValues(config),
    ...checkSecrets(config),
    ...checkNeighbours(config, neighbours),
    ...checkLosses(config),
    ...checkTransforms(config)
  ]
  return findings.toSorted((a, b) => a.level.localeCompare(b.level))
}

const unique = {
  'database.server.id': 'readers with the same replica id disconnect each other',
  'topic.prefix': 'connectors with the same prefix share their offsets',
  'schema.history.internal.kafka.topic': 'a history that two connectors write is unreadable for both'
} as const

/** Settings that must differ from every other connector on the same cluster or in the same folder. */
function checkNeighbours(config: ConnectorConfig, neighbours: readonly NamedConfig[]): readonly Finding[] {
  return Object.entries(unique).flatMap(([key, harm]) =>
    neighbours
      .filter(other => config[key] !== undefined && other.config[key] === config[key])
      .map(other => error(key, `${config[key]} is also used by ${other.name}: ${harm}`))
  )
}

function checkSecrets(config: ConnectorConfig): readonly Finding[] {
  return Object.entries(config)
    .filter(([key, value]) => isSecretKey(key) && value !== '' && !isSecretReference(value))
    .map(([key]) =>
      error(key, 'is in clear, so the REST API and the config topic would show it: use a reference such as ${dir:…}')
    )
}

function checkTransforms(config: ConnectorConfig): readonly Finding[] {
  if (!(Number(config['heartbeat.interval.ms'] ?? 0) > 0)) return []
  const readsHeaders = (type = '') => type.startsWith('org.apache.kafka.connect.transforms.HeaderFrom')
  return (config['transforms'] ?? '')
    .split(',')
    .map(name => `transforms.${name.trim()}`)
    .filter(key => readsHeaders(config[`${key}.type`]) && config[`${key}.predicate`] === undefined)
    .map(key => error(key, 'throws on heartbeats and stops the task: give it a TopicNameMatches predicate'))
}
