import type { ConsumerObserver } from '@outbox-cdc/outbox'
import { createEventMetrics, type Logger } from '@outbox-cdc/service-kit'
import type { Registry } from 'prom-client'

/** Logs each delivery, and counts the outcome of each event. The library calls it after the commit. */
export function createDeliveryObserver(logger: Logger, registry: Registry): ConsumerObserver {
  const metrics = createEventMetrics(registry)
  return {
    ...metrics,
    handled(event) {
      metrics.handled(event)
      const { id, name, aggregateId, json, createdAt, messageId, correlationId } = event
      const line = { id, event: name, eventId: aggregateId, payload: json, createdAt: createdAt.toISOString() }
      logger.info({ ...line, messageId, correlationId }, 'order delivered')
    }
  }
}
