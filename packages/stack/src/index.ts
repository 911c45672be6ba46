export { startContainers } from './containers/container-stack.ts'
export { createTopics, withAdmin } from './topics.ts'
export { StackError } from './errors.ts'
export { niceValue } from './process/give-way.ts'
export { type Part, createPart } from './process/part.ts'
export { freePort, requireFree } from './ports.ts'
export {
  endLeftovers,
  endProcess,
  endProcesses,
  forgetProcess,
  livingProcesses,
  ownFolder
} from './process/process-record.ts'
export {
  type KafkaAccount,
  type KafkaRight,
  ensureKafkaAccounts,
  setPasswords
} from './security/kafka-access.ts'
export { prepareWorker, securedWorkerSettings, workerRights } from './security/worker-settings.ts'
export { ensureWorkerAccount, groupSettings } from './connect-part.ts'
export { prepareSecurity, type StackSecurity } from './security/stack-security.ts'
export { databaseUrl, mysqlUrl, postgresUrl } from './server-urls.ts'
export { startStack } from './process-stack.ts'
export { installMysqlFirst } from './engines/mysql-engine.ts'
export { noPostgres } from './engines/postgres-engine.ts'
export { findJava21 } from './engines/java.ts'
export { createRegistryPart, findRegistryEngine, registryUrl } from './registry-part.ts'
export type { Progress } from './engines/cache.ts'
export { requireOk } from './require-ok.ts'
export { readOrCreateSecret } from './secrets.ts'
export { type Stack, externalStack } from './stack.ts'
