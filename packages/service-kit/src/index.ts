export { answer, describeApi } from './api-document.ts'
export { createApp } from './create-app.ts'
export { type Check, createHealth, type Health } from './health.ts'
export { createHttpServer, type HttpServer } from './http-server.ts'
export { ConfigError, loadConfig } from './load-config.ts'
export { createLogger, type Logger } from './logger.ts'
export { createMetrics, type Metrics } from './metrics.ts'
export { migrate } from './migrate.ts'
export { createMysql, isUnavailable } from './mysql.ts'
export {
  answerProblems,
  type Explain,
  invalidRequest,
  notFound,
  onlyMethods,
  Problem,
  problemSchema,
  unknownRoute,
  validated
} from './problem.ts'
export { readSecrets } from './read-secrets.ts'
export { contextOf } from './request-context.ts'
export { runService, type Service } from './run-service.ts'
export { variable } from './variable.ts'
export { wholeNumberText } from './whole-number.ts'
