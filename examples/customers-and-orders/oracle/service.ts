import {
  answer,
  createApp,
  createHealth,
  createHttpServer,
  createMetrics,
  createMysql,
  describeApi,
  type Logger,
  onlyMethods,
  type Service,
  variable
} from '@outbox-cdc/service-kit'
import { Router } from 'express'
import { z } from 'zod'
import { createChecker } from './check-once.ts'
import { watchInvariants } from './invariants.ts'

const name = 'oracle'

export const configSchema = z.object({
  HTTP_HOST: variable.host,
  HTTP_PORT: variable.port(8093, 'GET /invariants'),
  CUSTOMERS_URL: variable.mysqlUrl('customers'),
  ORDERS_URL: variable.mysqlUrl('customer_orders'),
  LOG_LEVEL: variable.logLevel
})

const invariant = z.object({
  name: z.string(),
  state: z.enum(['holds', 'settling', 'violated', 'unknown']),
  checked: z.int(),
  settling: z.int(),
  violations: z.array(z.string()),
  at: z.number().nullable(),
  lastViolation: z.object({ at: z.number(), text: z.string() }).nullable()
})
const report = z.object({ items: z.array(invariant), checks: z.int(), problem: z.string().nullable() })

const document = describeApi(name, 'Checks what must always hold, with accounts that can only read.', [
  {
    method: 'get',
    path: '/invariants',
    summary: 'What the last check of each invariant has found',
    responses: { 200: answer.json('The invariants', report) }
  }
])

/** Reads both databases each second, and knows nothing of the services but their tables. */
export function createService(config: Readonly<z.output<typeof configSchema>>, logger: Logger): Service {
  const open = (url: string) => createMysql({ url, name, poolSize: 2, failFast: true, readOnly: true, logger })
  const [customers, orders] = [open(config.CUSTOMERS_URL), open(config.ORDERS_URL)]
  const invariants = watchInvariants(createChecker({ customers, orders }), logger)
  const routes = Router()
  routes
    .route('/invariants')
    .get((_, response) => void response.set('Cache-Control', 'no-store').json(invariants.report()))
    .all(onlyMethods('GET, HEAD'))
  // Ready also while it can't read: then it answers "unknown".
  const app = createApp({ logger, health: createHealth({ ready: {} }), metrics: createMetrics(name), routes, document })
  const server = createHttpServer(app, { host: config.HTTP_HOST, port: config.HTTP_PORT })
  return {
    async start() {
      invariants.start()
      return server.start()
    },
    async stop() {
      await Promise.all([server.stop(), invariants.stop()])
      await Promise.all([customers.destroy(), orders.destroy()])
    }
  }
}
