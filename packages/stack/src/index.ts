export { startContainers } from './containers/container-stack.ts'
export { createTopics, withAdmin } from './topics.ts'
export { StackError, type StackErrorCode } from './errors.ts'
export { type Part, createPart } from './process/part.ts'
export { freePort, requireFree } from './ports.ts'
export {
  type ProcessRecord,
  endLeftovers,
  endProcess,
  forgetProcess,
  livingProcesses,
  ownFolder
} from './process/process-record.ts'
export { type ProcessStackOptions, startStack } from './process-stack.ts'
export { installMysqlFirst } from './engines/mysql-engine.ts'
export { findJava21 } from './engines/java.ts'
export { createRegistryPart, findRegistryEngine, registryUrl } from './registry-part.ts'
export type { Progress } from './engines/cache.ts'
export { requireOk } from './require-ok.ts'
export { readOrCreateSecret } from './secrets.ts'
export { type Stack, externalStack } from './stack.ts'
