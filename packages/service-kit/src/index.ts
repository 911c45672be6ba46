export { answer, describeApi, jsonRequest } from './api-docs.ts'
export { ConfigError, loadConfig, variable } from './config.ts'
export { registerConsumerGauges } from './consumer-gauges.ts'
export { declinedSchema } from './clients/read-answer.ts'
export type { Reservation } from './clients/reservations.ts'
export { createServiceClients, type ServiceClient, type ServiceClients } from './clients/service-clients.ts'
export { ServiceUnavailable } from './clients/service-unavailable.ts'
export { createApp } from './create-app.ts'
export { databaseAt, explainConnections, explaining, RefusedError } from './explain.ts'
export { createEventMetrics, type EventObserver } from './event-metrics.ts'
export { type Check, createHealth, type Health } from './health.ts'
export { createHttpServer, type HttpServer } from './http-server.ts'
export { jsonBody, rawBody } from './json-body.ts'
export { kafkaFrom } from './kafka.ts'
export { createLogger, type Logger } from './logger.ts'
export { createMetrics, type Metrics } from './metrics.ts'
export { migrate } from './migrate.ts'
export { type Money, moneyRequestSchema, moneyTextSchema, readMoney, writeMoney } from './money.ts'
export type { Beside } from './database-service.ts'
export { createMysqlService, mysqlServiceConfig } from './mysql-service.ts'
export { createMysql } from './mysql.ts'
export { numberedQuerySchema, numberedPageSchema, readNumberedPage } from './numbered-page.ts'
export { createOneTripOutbox } from './one-trip.ts'
export { idPathSchema, pageQuerySchema, pageSchema, readPage } from './page.ts'
export { createPostgresService, postgresServiceConfig } from './postgres-service.ts'
export { createPostgres } from './postgres.ts'
export {
  answerProblems,
  type Explain,
  notFound,
  onlyMethods,
  Problem,
  readOnly,
  toProblem,
  unknownRoute
} from './problem.ts'
export { contextOf, originOf, readContext, type RequestContext } from './request-context.ts'
export { runService, type Service } from './run-service.ts'
export { registerSettings } from './setting-gauges.ts'
export type { Change, StateMachine } from './state-machine.ts'
export { explainTaken } from './taken.ts'
export { textSchema } from './text.ts'
export { invalidRequest, validated, wholeNumberText } from './validate.ts'
