import { setTimeout as wait } from 'node:timers/promises'
import {
  createApp,
  createHealth,
  createHttpServer,
  createMetrics,
  type Logger,
  onlyMethods,
  type Service,
  variable
} from '@outbox-cdc/service-kit'
import { Router } from 'express'
import { z } from 'zod'
import { apiDocument } from './api-document.ts'
import { readClients } from './clients.ts'
import { paths } from './provider.ts'
import { createTokens } from './tokens.ts'

const name = 'auth'

export const configSchema = z.object({
  HTTP_HOST: variable.host,
  HTTP_PORT: variable.port(8090, 'POST /oauth/token'),
  ISSUER_URL: variable.serviceUrl('auth, as the gateway knows it: tokens name it as their issuer'),
  AUTH_SECRETS_DIR: z
    .string()
    .min(1)
    .describe('Folder of the signing keys and the secrets of the clients; filled at the first start'),
  STOP_DELAY_MS: variable.stopDelayMs,
  LOG_LEVEL: variable.logLevel
})

type Config = Readonly<z.output<typeof configSchema>>

/** Issues tokens to the clients of flower delivery. All that it knows is in its folder. */
export async function createService(config: Config, logger: Logger): Promise<Service> {
  const health = createHealth({ ready: {} })
  const folder = config.AUTH_SECRETS_DIR
  const tokens = await createTokens({ folder, issuer: config.ISSUER_URL, clients: await readClients(folder), logger })
  const routes = Router()
  routes.route(paths.token).post(tokens).all(onlyMethods('POST'))
  routes.route(paths.jwks).get(tokens).all(onlyMethods('GET, HEAD'))
  const app = createApp({ logger, health, metrics: createMetrics(name), routes, document: apiDocument })
  const server = createHttpServer(app, { host: config.HTTP_HOST, port: config.HTTP_PORT })
  return {
    start: () => server.start(),
    async stop() {
      health.beginStop()
      await wait(config.STOP_DELAY_MS)
      await server.stop()
    }
  }
}
