import { Counter, Histogram, type Registry } from 'prom-client'

/** What a consumer of the library tells of each event, as its option `observe` takes it. */
export type EventObserver = {
  readonly handled: (event: { readonly name: string; readonly createdAt: Date }) => void
  readonly duplicate: () => void
  readonly ignored: () => void
  readonly parked: () => void
  readonly retrying: () => void
}

/** Counts what becomes of events, and how long each takes from its outbox row to the committed effect. */
export function createEventMetrics(registry: Registry): EventObserver {
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
    help: 'Time from the outbox row to the committed effect',
    labelNames: ['event'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600],
    registers
  })
  for (const outcome of ['handled', 'duplicate', 'ignored', 'parked']) events.inc({ outcome }, 0)
  return {
    handled({ name, createdAt }) {
      events.inc({ outcome: 'handled' })
      seconds.observe({ event: name }, Math.max(0, Date.now() - createdAt.getTime()) / 1000)
    },
    duplicate: () => events.inc({ outcome: 'duplicate' }),
    ignored: () => events.inc({ outcome: 'ignored' }),
    parked: () => events.inc({ outcome: 'parked' }),
    retrying: () => retries.inc()
  }
}
