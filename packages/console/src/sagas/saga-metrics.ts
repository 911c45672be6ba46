import { Gauge, Registry } from 'prom-client'
import type { SagaWatch } from './watch-sagas.ts'

type Sample = readonly [labels: Record<string, string>, value: number]

/** What Prometheus reads at /metrics; asked of the index on each scrape. */
export function createSagaMetrics({ map, index, topics }: SagaWatch): Registry {
  const registry = new Registry()
  const gauge = (name: string, help: string, samples: (now: number) => readonly Sample[]) => {
    const labelNames = ['event', 'service', 'topic']
    return new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset()
        for (const [labels, value] of samples(Date.now())) this.set(labels, value)
      }
    })
  }
  const count = (name: string, help: string, key: keyof ReturnType<typeof index.counts>) =>
    gauge(name, help, now => [[{}, index.counts(now)[key] ?? 0]])
  count('outbox_sagas_stuck', 'Sagas with an event that is overdue', 'stuck')
  count('outbox_sagas_open', 'Sagas of which something is still expected, the stuck ones included', 'open')
  count('outbox_sagas', 'Sagas that the console remembers', 'sagas')
  count('outbox_saga_steps', 'Events that the console remembers', 'steps')
  count(
    'outbox_sagas_evicted',
    'Sagas that were forgotten since the start, to stay within the limit of memory',
    'evicted'
  )
  count(
    'outbox_sagas_evicted_open',
    'How many of those were still open: a stuck one among them is not counted',
    'evictedOpen'
  )
  gauge(
    'outbox_saga_expectations_overdue',
    'Overdue answers, by the event that was not answered and the service that should have',
    now => overdue(now)
  )
  gauge(
    'outbox_saga_topics_read_age_seconds',
    'Seconds since all of the topic had been read; since the start of the console where that never was',
    now => topics().map(({ topic, read }) => [{ topic }, (now - (read?.to ?? startedAt)) / 1_000])
  )
  const startedAt = Date.now()

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
  return registry
}
