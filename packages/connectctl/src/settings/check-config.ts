import type { ConnectorConfig } from '../connect/connect-api.ts'
import { checkConverters, checkLosses } from './check-losses.ts'
import { checkNames, checkValues } from './check-names.ts'
import { isSecretKey } from './diff-config.ts'
import { error, type Finding, warning } from './finding.ts'
import { isSecretReference } from './secret-references.ts'

export type Neighbour = { readonly name: string; readonly config: ConnectorConfig }

const mysqlConnector = 'io.debezium.connector.mysql.MySqlConnector'

/** All findings about a connector's settings, errors first. For other connector classes it checks the secrets only. */
export function checkConfig(config: ConnectorConfig, neighbours: readonly Neighbour[] = []): readonly Finding[] {
  if (config['connector.class'] !== mysqlConnector && config['connector.class'] !== undefined)
    return checkSecrets(config)
  const findings = [
    ...checkNames(config),
    ...checkValues(config),
    ...checkSecrets(config),
    ...checkIdentity(config),
    ...checkNeighbours(config, neighbours),
    ...checkLosses(config),
    ...checkConverters(config)
  ]
  return findings.toSorted((a, b) => a.level.localeCompare(b.level))
}

const unique = {
  'database.server.id': 'readers with the same replica id disconnect each other',
  'topic.prefix': 'connectors with the same prefix share their offsets',
  'schema.history.internal.kafka.topic': 'a history that two connectors write is unreadable for both'
} as const

/** Settings that must differ from every other connector on the same cluster or in the same folder. */
function checkNeighbours(config: ConnectorConfig, neighbours: readonly Neighbour[]): readonly Finding[] {
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

function* checkIdentity(config: ConnectorConfig): Generator<Finding, void> {
  if (config['database.server.id'] === undefined)
    yield error('database.server.id', 'is missing: the default is random and may be the id of another replica')
  if ((config['table.include.list'] ?? config['table.exclude.list'] ?? '') === '')
    yield warning('table.include.list', 'is missing: every table of every database is captured')
  if (config['max.batch.size'] === '1' && config['exactly.once.support'] === 'required')
    yield warning('max.batch.size', 'with exactly-once each batch is a Kafka transaction: at most 250 events a second')
}
