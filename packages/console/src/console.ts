import { ConfigError, createHttpServer, type Logger, type Service } from '@outbox-cdc/service-kit'
import type { Config } from './config.ts'
import { readFigure } from './figure.ts'
import { createSampler } from './flow/sampler.ts'
import type { Hop } from '@outbox-cdc/outbox/hops'
import { createApp } from './http/app.ts'
import { createEventStream } from './http/event-stream.ts'
import { isLoopback } from './http/guard.ts'
import { watchSagas } from './sagas/watch-sagas.ts'
import { openSources } from './sources.ts'

/** Puts the console's parts together. Any part of the pipeline may be down: the page says so and goes on. */
export function createConsole(config: Config, hops: readonly Hop[], logger: Logger): Service {
  requireTokenBeyondLoopback(config)
  const figure = readFigure(config, logger)
  const sources = openSources(config, hops, logger)
  const flowStream = createEventStream('flow', () => sampler.onReader())
  const sagas = watchSagas(config, sources.kafka.following)
  const sampler = createSampler(config, sources, { onFlow: flowStream.send, isRead: flowStream.isRead, logger, sagas })
  const app = createApp(config, { logger, sources, sampler, flowStream, sagas, figure })
  const server = createHttpServer(app, { host: config.CONSOLE_HOST, port: config.CONSOLE_PORT })
  return {
    async start() {
      const port = await server.start()
      sampler.start()
      sagas?.start()
      return port
    },
    async stop() {
      sampler.stop()
      sagas?.stop()
      flowStream.close()
      await server.stop(2_000)
      await sources.close()
    }
  }
}

/** Without a token only loopback names are served, but another machine could claim such a name. */
function requireTokenBeyondLoopback({ CONSOLE_HOST, CONSOLE_TOKEN, CONSOLE_PUBLISHED }: Config): void {
  if (isLoopback(CONSOLE_HOST) || CONSOLE_TOKEN !== undefined || CONSOLE_PUBLISHED === 'loopback') return
  throw new ConfigError(`CONSOLE_HOST is ${CONSOLE_HOST}: set CONSOLE_TOKEN to listen beyond loopback`)
}
