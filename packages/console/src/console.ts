import { ConfigError, createHttpServer, type Logger, type Service } from '@outbox-cdc/service-kit'
import type { Config } from './config.ts'
import { createConnectRest } from './connect/connect-rest.ts'
import { createProbes } from './flow/create-probes.ts'
import type { Readings } from './flow/readings.ts'
import { createSampler } from './flow/sampler.ts'
import { aboutRoutes } from './http/about-routes.ts'
import { createApp, streamHandler } from './http/app.ts'
import { createEventStream } from './http/event-stream.ts'
import { flowRoutes } from './http/flow-routes.ts'
import { orderRoutes } from './http/order-routes.ts'
import { connectorRoutes } from './http/connector-routes.ts'
import { groupRoutes } from './http/group-routes.ts'
import { parkedRoutes } from './http/parked-routes.ts'
import { searchStream, topicRoutes } from './http/topic-routes.ts'
import { createParkedStore } from './parked/parked-store.ts'
import { guardActions, isLoopback } from './http/guard.ts'
import { createKafkaClients } from './kafka/kafka-clients.ts'
import { createDatabase } from './mysql/database.ts'
import { namesFrom } from './names.ts'
import { type BinlogTrack, createBinlogTrack } from './orders/binlog-track.ts'
import { createFollowOrder } from './orders/follow-order.ts'

/** The console's parts put together. Every one of them may be away: the page says so and goes on. */
export function createConsole(config: Config, logger: Logger): Service {
  if (!isLoopback(config.CONSOLE_HOST) && config.CONSOLE_TOKEN === undefined)
    throw new ConfigError(
      `CONSOLE_HOST is ${config.CONSOLE_HOST}: whoever listens beyond loopback must set CONSOLE_TOKEN`
    )
  const kafka = createKafkaClients(config.KAFKA_BROKERS)
  const connect = createConnectRest(config.CONNECT_URL)
  const ordersDb = config.ORDERS_MYSQL_URL === undefined ? undefined : createDatabase(config.ORDERS_MYSQL_URL)
  const deliveriesDb =
    config.DELIVERIES_MYSQL_URL === undefined ? undefined : createDatabase(config.DELIVERIES_MYSQL_URL)
  const sampler = createSampler(createProbes({ config, kafka, connect, ordersDb, deliveriesDb }), namesFrom(config))
  const binlog = createBinlogTrack()
  sampler.onFlow(() => rememberBinlog(binlog, sampler.readings()))
  const follow = createFollowOrder({ config, reader: kafka.browsing, ordersDb, deliveriesDb, binlog })
  const parked =
    config.DELIVERIES_MYSQL_URL === undefined ? undefined : createParkedStore(config.DELIVERIES_MYSQL_URL, logger)
  const guard = guardActions(config.CONSOLE_ACTIONS === 'on', logger)
  const flowStream = createEventStream()
  sampler.onFlow(flow => flowStream.send('flow', JSON.stringify(flow)))
  const app = createApp({
    logger,
    token: config.CONSOLE_TOKEN,
    guard,
    routes: [
      ...aboutRoutes(config, guard),
      ...flowRoutes(sampler),
      ...orderRoutes({ config, follow, ordersDb, deliveriesDb }),
      ...topicRoutes(kafka),
      ...groupRoutes(kafka),
      ...connectorRoutes(config, connect),
      ...parkedRoutes(parked)
    ],
    streams: {
      '/api/flow/stream': streamHandler(flowStream, 'flow', () => sampler.flow()),
      '/api/topics/:topic/search': searchStream(kafka)
    }
  })
  const server = createHttpServer(app, { host: config.CONSOLE_HOST, port: config.CONSOLE_PORT })
  return {
    async start() {
      const port = await server.start()
      sampler.start()
      return port
    },
    async stop() {
      sampler.stop()
      flowStream.close()
      await server.stop(2_000)
      await Promise.allSettled([kafka.close(), ordersDb?.close(), deliveriesDb?.close(), parked?.close()])
    }
  }
}

function rememberBinlog(track: BinlogTrack, { orders }: Readings): void {
  const place = orders?.value?.binlog
  if (place !== undefined && orders?.at !== undefined && orders.failing === undefined)
    track.add({ ...place, at: orders.at })
}
