import type { ConnectorConfig } from '../connect/connect-api.ts'
import { checkIdentity, checkNeighbours, checkSecrets, type Neighbour } from './check-cluster.ts'
import { checkConverters, checkLosses } from './check-losses.ts'
import { checkNames, checkValues } from './check-names.ts'
import type { Finding } from './finding.ts'

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
