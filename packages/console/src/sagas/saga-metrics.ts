import { Gauge, Registry } from 'prom-client'
import type { SagaWatch } from './watch-sagas.ts'

type Sample = readonly [labels: Record<string, string>, value: number]

/** What Prometheus reads at /metrics; asked of the index on each scrape. */
export function createSagaMetrics({ map, index, topics }: SagaWatch) {
  const startedAt = Date.now()
  const { contentType } = new Registry()

  async function metrics(): Promise<string> {
    const registry = new Registry()
    const gauge = (name: string, help: string, samples: readonly Sample[]) =>
      addGauge(registry, { name, help }, samples)
    const at = Date.now()
    // Once: with very many open sagas a look at all of them takes long.
    const counts = index.counts(at)
    const count = (name: string, help: string, value: number) => gauge(name, help, [[{}, value]])
    count('outbox_sagas_stuck', 'Sagas with an event that is overdue', counts.stuck)
    count('outbox_sagas_open', 'Sagas of which something is still expected, the stuck ones included', counts.open)
    count('outbox_sagas', 'Sagas that the console remembers', counts.sagas)
    count('outbox_saga_steps', 'Events that the console remembers', counts.steps)
    count(
      'outbox_sagas_evicted',
      'Sagas that were forgotten since the start, to stay within the limit of memory',
      counts.evicted
    )
    count(
      'outbox_sagas_evicted_open',
      'How many of those were still open: a stuck one among them is not counted',
      counts.evictedOpen
    )
    gauge(
      'outbox_saga_expectations_overdue',
      'Overdue answers, by the event that was not answered and the service that should have',
      overdue(at)
    )
    gauge(
      'outbox_saga_topics_read_age_seconds',
      'Seconds since all of the topic had been read; since the start of the console where that never was',
      topics().map(({ topic, read }) => [{ topic }, (at - (read?.to ?? startedAt)) / 1_000])
    )
    return registry.metrics()
  }

  /** Of each expectation of the map, so that an alert ends when the last one is met. */
  function overdue(now: number): readonly Sample[] {
    const counts = new Map(map.expectations.map(({ after, from }) => [JSON.stringify([after, from]), 0]))
    for (const { missing } of index.stuck(now, Number.POSITIVE_INFINITY))
      for (const { expectation } of missing) {
        const key = JSON.stringify([expectation.after, expectation.from])
        counts.set(key, (counts.get(key) ?? 0) + 1)
      }
    return [...counts].map(([key, value]) => {
      const [event, service] = JSON.parse(key) as [string, string]
      return [{ event, service }, value]
    })
  }
  return { contentType, metrics }
}

function addGauge(
  registry: Registry,
  { name, help }: { readonly name: string; readonly help: string },
  samples: readonly Sample[]
): void {
  const gauge = new Gauge({ name, help, labelNames: ['event', 'service', 'topic'], registers: [registry] })
  for (const [labels, value] of samples) gauge.set(labels, value)
}
