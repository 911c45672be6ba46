import { ConfigError, createHttpServer, type Logger, type Service } from '@outbox-cdc/service-kit'
import type { Config } from './config.ts'
import { createProbes } from './flow/create-probes.ts'
import type { Readings } from './flow/readings.ts'
import { createSampler, type Sampler } from './flow/sampler.ts'
import { aboutRoutes } from './http/about-routes.ts'
import { createApp, streamHandler } from './http/app.ts'
import { createEventStream } from './http/event-stream.ts'
import { flowRoutes } from './http/flow-routes.ts'
import { orderRoutes } from './http/order-routes.ts'
import { connectorRoutes } from './http/connector-routes.ts'
import { groupRoutes } from './http/group-routes.ts'
import { parkedRoutes } from './http/parked-routes.ts'
import { searchStream, topicRoutes } from './http/topic-routes.ts'
import { type ActionGuard, guardActions, isLoopback } from './http/guard.ts'
import type { Route } from './http/route.ts'
import { avroDecoder } from './kafka/avro-decoder.ts'
import { asTheyAre } from './kafka/decode-record.ts'
import { openSources, type Sources } from './open-sources.ts'
import { namesFrom } from './names.ts'
import { type BinlogTrack, createBinlogTrack } from './orders/binlog-track.ts'
import { createFollowOrder } from './orders/follow-order.ts'

/** The console's parts put together. Every one of them may be away: the page says so and goes on. */
export function createConsole(config: Config, logger: Logger): Service {
  refuseOpenDoor(config)
  const { SCHEMA_REGISTRY_URL: registry } = config
  const sources = openSources(config, logger, registry === undefined ? asTheyAre : avroDecoder(registry))
  const sampler = createSampler(createProbes({ config, ...sources }), namesFrom(config))
  const flowStream = createEventStream()
  sampler.onFlow(flow => flowStream.send('flow', JSON.stringify(flow)))
  const guard = guardActions(config.CONSOLE_ACTIONS === 'on', logger)
  const app = createApp({
    logger,
    token: config.CONSOLE_TOKEN,
    guard,
    routes: createRoutes({ config, sources, sampler, guard }),
    streams: {
      '/api/flow/stream': streamHandler(flowStream, 'flow', () => sampler.flow()),
      '/api/topics/:topic/search': searchStream(sources.kafka.browsing)
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
      await sources.close()
    }
  }
}

/** Names other than loopback's are refused without a token anyway; this is about machines that only claim such a name. */
function refuseOpenDoor({ CONSOLE_HOST, CONSOLE_TOKEN, CONSOLE_PUBLISHED }: Config): void {
  if (isLoopback(CONSOLE_HOST) || CONSOLE_TOKEN !== undefined || CONSOLE_PUBLISHED === 'loopback') return
  throw new ConfigError(`CONSOLE_HOST is ${CONSOLE_HOST}: whoever listens beyond loopback must set CONSOLE_TOKEN`)
}

type Wiring = {
  readonly config: Config
  readonly sources: Sources
  readonly sampler: Sampler
  readonly guard: ActionGuard
}

function createRoutes({ config, sources, sampler, guard }: Wiring): readonly Route[] {
  const { kafka, connect, ordersDb, deliveriesDb, parked } = sources
  const binlog = createBinlogTrack()
  sampler.onFlow(() => rememberBinlog(binlog, sampler.readings()))
  const follow = createFollowOrder({ config, reader: kafka.browsing.reader, ordersDb, deliveriesDb, binlog })
  return [
    ...aboutRoutes(config, guard),
    ...flowRoutes(sampler),
    ...orderRoutes({ config, follow, ordersDb, deliveriesDb }),
    ...topicRoutes(kafka.browsing),
    ...groupRoutes(kafka.browsing),
    ...connectorRoutes(config, connect),
    ...parkedRoutes(parked)
  ]
}

function rememberBinlog(track: BinlogTrack, { orders }: Readings): void {
  const place = orders?.value?.binlog
  if (place !== undefined && orders?.at !== undefined && orders.failing === undefined)
    track.add({ ...place, at: orders.at })
}
