import type { ConnectorConfig } from '../connect/connect-api.ts'

/** The databases that connectctl knows, by the name that a person reads. */
export type Engine = 'MySQL' | 'PostgreSQL'

export const connectorClasses: Readonly<Record<Engine, string>> = {
  MySQL: 'io.debezium.connector.mysql.MySqlConnector',
  PostgreSQL: 'io.debezium.connector.postgresql.PostgresConnector'
}

/** The database that a connector reads, by its class. */
export function engineOf(config: ConnectorConfig): Engine {
  return config['connector.class'] === connectorClasses.PostgreSQL ? 'PostgreSQL' : 'MySQL'
}
