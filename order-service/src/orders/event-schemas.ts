import { setTimeout as sleep } from 'node:timers/promises'
import type { PayloadEncoding } from '@outbox-cdc/outbox'
import type { Check, Logger } from '@outbox-cdc/service-kit'
import type { Config } from '../config.ts'
import * as orderEvents from './order-events.ts'

export type EventSchemas = {
  /** Undefined if events are written as JSON. */
  readonly encoding: PayloadEncoding | undefined
  readonly registered: Check
  readonly start: () => void
  readonly stop: () => Promise<void>
}

type RegistryConfig = Pick<Config, 'SCHEMA_REGISTRY_URL' | 'SCHEMA_REGISTRY_TOKEN'>

const everyMs = 2_000

/** Registers this service's events at the start, and keeps trying while the registry is away or refuses. */
export async function createEventSchemas(config: RegistryConfig, logger: Logger): Promise<EventSchemas> {
  const { SCHEMA_REGISTRY_URL: url, SCHEMA_REGISTRY_TOKEN: token } = config
  if (url === '') return { encoding: undefined, registered: async () => {}, start: () => {}, stop: async () => {} }
  const { avroEncoding, schemaRegistry } = await import('@outbox-cdc/outbox/avro')
  const encoding = avroEncoding({
    registry: schemaRegistry({ url, token }),
    events: Object.values(orderEvents)
  })
  const stopping = new AbortController()
  let problem: string | undefined = 'The schemas of the events are not registered yet'
  let running: Promise<void> = Promise.resolve()

  async function register(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await encoding.register()
        problem = undefined
        return logger.info({ registry: new URL(url).host }, 'schemas registered')
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        if (reason !== problem) logger.error({ err: error }, 'schemas not registered; will retry')
        problem = reason
      }
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }

  return {
    encoding,
    async registered() {
      if (problem !== undefined) throw new Error(problem)
    },
    start() {
      running = register()
    },
    async stop() {
      stopping.abort()
      await running
    }
  }
}
