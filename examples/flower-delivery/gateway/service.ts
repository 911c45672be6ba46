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
import { apiDocument } from './api-document.ts'
import { createEventStream } from './event-stream.ts'
import { followEvents } from './follow-events.ts'
import { forwardTo } from './forward.ts'
import { servePage } from './page-files.ts'
import { refuseOtherSites } from './refuse-other-sites.ts'

const name = 'gateway'

export const configSchema = z.object({
  HTTP_HOST: variable.host,
  HTTP_PORT: variable.port(8088, 'every path of the other services, and of the page'),
  ORDER_URL: variable.serviceUrls('order'),
  PAYMENT_URL: variable.serviceUrls('payment'),
  SHOP_URL: variable.serviceUrls('shop'),
  DELIVERY_URL: variable.serviceUrls('delivery'),
  ITEM_URL: variable.serviceUrls('item'),
  CONSOLE_URL: variable.serviceUrl('the console, as a browser reaches it').optional(),
  ...variable.kafka,
  STOP_DELAY_MS: variable.stopDelayMs,
  LOG_LEVEL: variable.logLevel
})

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
  const forwarded = forwardTo(
    {
      order: { urls: config.ORDER_URL, paths: ['/orders', '/myPages', '/menus'] },
      payment: { urls: config.PAYMENT_URL, paths: ['/payments'] },
      shop: { urls: config.SHOP_URL, paths: ['/ordermanagements'] },
      delivery: { urls: config.DELIVERY_URL, paths: ['/deliveries'] },
      item: { urls: config.ITEM_URL, paths: ['/items'] }
    },
    logger
  )
  const routes = Router().use(refuseOtherSites, events.routes, forwarded.routes, servePage(config.CONSOLE_URL))
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
      await kafka.close()
    }
  }
}
