import { SettingsError } from '@outbox-cdc/outbox/security'
import type { z } from 'zod'
import { loadConfig } from './config.ts'
import { doLastWork } from './last-work.ts'
import { createLogger, type Logger } from './logger.ts'

export type Service = {
  /** Resolves with the port once requests are accepted. */
  readonly start: () => Promise<number>
  readonly stop: () => Promise<void>
}

type RunOptions<Schema extends z.ZodObject> = {
  readonly name: string
  readonly schema: Schema
  readonly env: Readonly<Record<string, string | undefined>>
  readonly create: (config: Readonly<z.output<Schema>>, logger: Logger) => Service | Promise<Service>
  readonly stopWithinMs?: number
}

/** Runs a service in this process until a signal: exit 0 after a clean stop, 1 after an error or when the stop takes too long. */
export async function runService<Schema extends z.ZodObject>(options: RunOptions<Schema>): Promise<void> {
  const { name, schema, env, create, stopWithinMs = 9000 } = options
  let logger = createLogger(name, 'info')
  try {
    const config = loadConfig(schema, env)
    logger = createLogger(name, String(config['LOG_LEVEL'] ?? 'info'))
    const service = await create(config, logger)
    endOnFault(logger)
    const isStopping = stopOnSignal(service, logger, stopWithinMs)
    const port = await service.start()
    if (!isStopping()) logger.info({ port }, 'started')
  } catch (error) {
    logger.fatal(error instanceof SettingsError ? { problem: error.message } : { err: error }, 'cannot start')
    process.exit(1)
  }
}

// A second signal changes nothing: Ctrl-C sends one to the whole group, and the starter sends another.
function stopOnSignal(service: Service, logger: Logger, withinMs: number): () => boolean {
  let stopping = false
  const end = (code: number, fields: object, message: string) => {
    logger[code === 0 ? 'info' : 'error'](fields, message)
    process.exit(code)
  }
  const stop = async (signal: string) => {
    if (stopping) return
    stopping = true
    logger.info({ signal }, 'stopping')
    setTimeout(() => end(1, { withinMs }, 'could not stop in time'), withinMs)
    await service.stop().catch(error => end(1, { err: error }, 'could not stop cleanly'))
    await doLastWork()
    end(0, {}, 'stopped')
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal))
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
