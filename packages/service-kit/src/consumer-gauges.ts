import { Gauge, type Registry } from 'prom-client'

type Figures = { readonly keys: number; readonly events: number; readonly oldestAgeMs: number }

/** What the gauges ask of a consumer of the library. */
export type GaugedConsumer = {
  readonly health: () => { readonly lag: number }
  readonly parked: () => Promise<Figures>
}

/** Gauges of parked events and lag, read when Prometheus scrapes. */
export function registerConsumerGauges(consumer: GaugedConsumer, registry: Registry): void {
  const gauge = (name: string, help: string, read: () => Promise<number | undefined>) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const value = await read()
        if (value !== undefined) this.set(value)
      }
    })
  let asking: Promise<Figures | undefined> | undefined
  // One query for all three. While MySQL is down they keep their last values; the lag is still measured.
  const parked = () =>
    (asking ??= consumer
      .parked()
      .catch(() => undefined)
      .finally(() => (asking = undefined)))
  gauge('consumer_lag', 'Events of our partitions that are not settled yet', async () => consumer.health().lag)
  gauge('parked_events', 'Events that wait for a person', async () => (await parked())?.events)
  gauge('parked_keys', 'Keys whose events are parked', async () => (await parked())?.keys)
  gauge('parked_oldest_seconds', 'Age of the oldest parked key', async () => {
    const age = (await parked())?.oldestAgeMs
    return age === undefined ? undefined : age / 1000
  })
}
