import { setTimeout as wait } from 'node:timers/promises'
import { type KafkaClient, kafkajsClient } from '@outbox-cdc/outbox'
import {
  createApp,
  createHealth,
  createHttpServer,
  createMetrics,
  kafkaFrom,
  type Logger,
  type Service,
  variable
} from '@outbox-cdc/service-kit'
import { Router } from 'express'
import { z } from 'zod'
import { createAccess } from './access.ts'
import { apiDocument } from './api-document.ts'
import { pathsOf } from './business-paths.ts'
import { createEventStream } from './event-stream.ts'
import { followEvents } from './follow-events.ts'
import { forwardTo } from './forward.ts'
import { windowSeconds } from './limit-rate.ts'
import { servePage } from './page-files.ts'

const name = 'gateway'

const originsText = z
  .string()
  .default('')
  .transform(text => text.split(',').flatMap(origin => origin.trim() || []))
  .refine(origins => origins.every(isOrigin), 'must be origins, such as https://shop.example')

export const configSchema = z.object({
  HTTP_HOST: variable.host,
  HTTP_PORT: variable.port(8088, 'every path of the other services, and of the page'),
  ORDER_URL: variable.serviceUrls('order'),
  PAYMENT_URL: variable.serviceUrls('payment'),
  SHOP_URL: variable.serviceUrls('shop'),
  DELIVERY_URL: variable.serviceUrls('delivery'),
  ITEM_URL: variable.serviceUrls('item'),
  AUTH_URL: variable.serviceUrl('auth, which is the issuer of the tokens'),
  RATE_LIMIT: z.coerce
    .number()
    .int()
    .min(1)
    .default(1000)
    .describe(`Most requests of a client, or of an address without a token, in ${windowSeconds} s`),
  CORS_ORIGINS: originsText.describe(
    'Origins whose pages may call the gateway, such as https://shop.example, separated by commas'
  ),
  CONSOLE_URL: variable.serviceUrl('the console, as a browser reaches it').optional(),
  ...variable.kafka,
  STOP_DELAY_MS: variable.stopDelayMs,
  LOG_LEVEL: variable.logLevel
})

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text
}

type Config = Readonly<z.output<typeof configSchema>>

/** The door to the other services. It has no data of its own, and takes requests also while Kafka is away. */
export function createService(
  config: Config,
  logger: Logger,
  kafka: KafkaClient = kafkajsClient({ ...kafkaFrom(config), clientId: name, logger })
): Service {
  const health = createHealth({ ready: {} })
  const events = createEventStream()
  const following = followEvents({ kafka, logger, onEvent: events.send, onReading: events.setReading })
  const access = createAccess({
    authUrl: config.AUTH_URL,
    rateLimit: config.RATE_LIMIT,
    allowedOrigins: config.CORS_ORIGINS
  })
  const forwarded = forwardTo(
    {
      order: { urls: config.ORDER_URL, paths: pathsOf('order') },
      payment: { urls: config.PAYMENT_URL, paths: pathsOf('payment') },
      shop: { urls: config.SHOP_URL, paths: pathsOf('shop') },
      delivery: { urls: config.DELIVERY_URL, paths: pathsOf('delivery') },
      item: { urls: config.ITEM_URL, paths: pathsOf('item') },
      auth: { urls: [config.AUTH_URL], paths: ['/oauth', '/.well-known/jwks.json'] }
    },
    logger
  )
  const own = [events.routes, servePage(config.CONSOLE_URL)]
  const routes = Router().use(access.routes, forwarded.routes, ...own)
  const app = createApp({ logger, health, metrics: createMetrics(name), routes, document: apiDocument })
  const server = createHttpServer(app, { host: config.HTTP_HOST, port: config.HTTP_PORT })
  return {
    async start() {
      const port = await server.start()
      following.start()
      forwarded.start()
      return port
    },
    async stop() {
      health.beginStop()
      await wait(config.STOP_DELAY_MS)
      // Streams have no end of their own.
      events.close()
      await Promise.all([server.stop(), following.stop()])
      forwarded.close()
      access.close()
      await kafka.close()
    }
  }
}
