export {
  type DatabaseOptions,
  type MysqlTls,
  mysqlOptions,
  type PostgresTls,
  postgresOptions
} from './database-urls.ts'
export { type Connection, explainSecurity } from './explain.ts'
export { kafkajsSecurity, platformaticSecurity } from './kafka-clients.ts'
export { kafkaPrincipal, type KafkaSecurity, kafkaSecurity } from './kafka-security.ts'
export { resolveSecrets } from './secrets.ts'
export { type Environment, SettingsError } from './settings-error.ts'
