export {
  type DatabaseOptions,
  mysqlOptions,
  type PostgresTls,
  postgresOptions
} from './database-urls.ts'
export { explainSecurity } from './explain.ts'
export { trustExtraAuthorities } from './extra-authorities.ts'
export { explainKafka, type KafkaConnection } from './explain-kafka-client.ts'
export { kafkajsSecurity, platformaticSecurity } from './kafka-clients.ts'
export {
  kafkaPrincipal,
  type KafkaSecurity,
  kafkaSecurity,
  saslMechanisms,
  securityProtocols
} from './kafka-security.ts'
export { type Certificates, type MysqlTls, mysqlTls } from './mysql-tls.ts'
export { resolveSecrets } from './secrets.ts'
export { type Environment, SettingsError } from './settings-error.ts'
export type { Connection } from './connection.ts'
