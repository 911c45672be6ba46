import type { z } from 'zod'
import { ConfigError, loadConfig } from './load-config.ts'
import { createLogger, type Logger } from './logger.ts'
import { readSecrets } from './read-secrets.ts'

export type Service = {
  /** Resolves with the port once requests are accepted. */
  readonly start: () => Promise<number>
  readonly stop: () => Promise<void>
}

type RunOptions<Schema extends z.ZodObject> = {
  readonly name: string
  readonly schema: Schema
  readonly env: Readonly<Record<string, string | undefined>>
  readonly create: (config: Readonly<z.output<Schema>>, logger: Logger) => Service
  readonly stopWithinMs?: number
}

/** Runs a service in this process until a signal: exit 0 after a clean stop, 1 after an error or when the stop takes too long. */
export async function runService<Schema extends z.ZodObject>(options: RunOptions<Schema>): Promise<void> {
  const { name, schema, env, create, stopWithinMs = 9000 } = options
  let logger = createLogger(name, 'info')
  try {
    const config = loadConfig(schema, readSecrets(env))
    logger = createLogger(name, String(config['LOG_LEVEL'] ?? 'info'))
    const service = create(config, logger)
    endOnFault(logger)
    const isStopping = stopOnSignal(service, logger, stopWithinMs)
    const port = await service.start()
    if (!isStopping()) logger.info({ port }, 'started')
  } catch (error) {
    if (error instanceof ConfigError) logger.fatal({ problem: error.message }, 'cannot start')
    else logger.fatal({ err: error }, 'cannot start')
    process.exit(1)
  }
}

function stopOnSignal(service: Service, logger: Logger, withinMs: number): () => boolean {
  let stopping = false
  const stop = async (signal: string) => {
    if (stopping) return
    stopping = true
    logger.info({ signal }, 'stopping')
    setTimeout(() => {
      logger.error({ withinMs }, 'could not stop in time')
      process.exit(1)
    }, withinMs)
    await service.stop()
    logger.info({}, 'stopped')
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      stop(signal).catch(error => {
        logger.error({ err: error }, 'could not stop cleanly')
        process.exit(1)
      })
    })
  }
  return () => stopping
}

// After an uncaught error the state of this process is unknown: a new process is safer.
function endOnFault(logger: Logger): void {
  for (const kind of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(kind, (error: unknown) => {
      logger.fatal({ err: error, kind }, 'ended by an uncaught error')
      process.exit(1)
    })
  }
}
