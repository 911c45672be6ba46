import type { ConsumerObserver } from '@outbox-cdc/outbox'
import type { Logger } from '@outbox-cdc/service-kit'
import { Counter, Histogram, type Registry } from 'prom-client'

/** Logs and counts the outcome of each event. The library calls it after the commit. */
export function createDeliveryObserver(logger: Logger, registry: Registry): ConsumerObserver {
  const registers = [registry]
  const events = new Counter({
    name: 'events_total',
    help: 'Events by what became of them: handled, duplicate, ignored or parked',
    labelNames: ['outcome'],
    registers
  })
  const retries = new Counter({ name: 'event_retries_total', help: 'Attempts that failed and are repeated', registers })
  const seconds = new Histogram({
    name: 'event_delivery_seconds',
    help: 'Time from the outbox row to the committed delivery',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600],
    registers
  })
  for (const outcome of ['handled', 'duplicate', 'ignored', 'parked']) events.inc({ outcome }, 0)
  return {
    handled({ id, name, aggregateId, json, createdAt, messageId, correlationId }) {
      events.inc({ outcome: 'handled' })
      seconds.observe(Math.max(0, Date.now() - createdAt.getTime()) / 1000)
      const line = { id, event: name, eventId: aggregateId, payload: json, createdAt: createdAt.toISOString() }
      logger.info({ ...line, messageId, correlationId }, 'order delivered')
    },
    duplicate: () => events.inc({ outcome: 'duplicate' }),
    ignored: () => events.inc({ outcome: 'ignored' }),
    parked: () => events.inc({ outcome: 'parked' }),
    retrying: () => retries.inc()
  }
}
