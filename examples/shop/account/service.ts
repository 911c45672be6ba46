import {
  createMysqlService,
  explainTaken,
  type Logger,
  mysqlServiceConfig,
  type Service
} from '@outbox-cdc/service-kit'
import type { z } from 'zod'
import { apiDocument } from './api-document.ts'
import { createRoutes } from './routes.ts'

const name = 'account'

export const configSchema = mysqlServiceConfig({ port: 11_001, route: 'POST /accounts', database: 'accounts' })

/** Keeps accounts. Nothing happens here that others must hear of, so it has no outbox. */
export function createService(config: Readonly<z.output<typeof configSchema>>, logger: Logger): Service {
  const explain = explainTaken('name')
  return createMysqlService({ name, config, logger, routes: createRoutes, document: apiDocument, explain })
}
