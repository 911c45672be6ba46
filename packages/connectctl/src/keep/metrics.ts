import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { flowStates } from '../connect/verdict.ts'
import type { Watched } from './watch.ts'

/** The keeper's figures. States are read on each scrape; arrivals and actions are counted as they happen. */
export function createMetrics(watched: () => readonly Watched[]) {
  const registry = new Registry()
  const registers = [registry]
  const roundTrip = new Histogram({
    name: 'connectctl_probe_round_trip_seconds',
    help: 'From the commit of a probe in MySQL to its arrival from Kafka',
    labelNames: ['connector'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers
  })
  const actions = new Counter({
    name: 'connectctl_actions_total',
    help: 'What the keeper did to heal a connector',
    labelNames: ['connector', 'action'],
    registers
  })
  stateGauges(registry, watched)
  return {
    arrived: (connector: string, tookMs: number) => roundTrip.observe({ connector }, tookMs / 1000),
    acted: (connector: string, action: string) => actions.inc({ connector, action }),
    text: () => registry.metrics(),
    contentType: registry.contentType
  }
}

export type Metrics = ReturnType<typeof createMetrics>

type Sample = { readonly labels: Record<string, string>; readonly value: number }

function stateGauges(registry: Registry, watched: () => readonly Watched[]): void {
  const each = (name: string, help: string, samples: (one: Watched) => readonly Sample[]) => {
    const labelNames = ['connector', 'task', 'state', 'verdict', 'cause', 'error']
    const gauge = new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        gauge.reset()
        for (const one of watched())
          for (const { labels, value } of samples(one)) gauge.set({ connector: one.name, ...labels }, value)
      }
    })
  }
  each('connectctl_flow_age_seconds', 'Age of the newest probe that came through', ({ ageMs }) =>
    ageMs === undefined ? [] : [{ labels: {}, value: ageMs / 1000 }]
  )
  each('connectctl_healthy', '1 when events flow', one => [{ labels: {}, value: one.state === 'flowing' ? 1 : 0 }])
  each('connectctl_verdict', '1 for the verdict of the connector', one =>
    flowStates.map(verdict => ({ labels: { verdict }, value: one.state === verdict ? 1 : 0 }))
  )
  each('connectctl_connector_state', '1 for the state that Connect reports', ({ report }) => [
    { labels: { state: typeof report === 'object' ? report.connector.state : report }, value: 1 }
  ])
  each('connectctl_task_state', '1 for the state that Connect reports of each task', ({ report }) =>
    typeof report === 'object'
      ? report.tasks.map(({ id, state }) => ({ labels: { task: String(id), state }, value: 1 }))
      : []
  )
  each('connectctl_fatal', '1 while there is a cause that no restart fixes', ({ fatal }) =>
    fatal === undefined ? [] : [{ labels: { cause: fatal.cause }, value: 1 }]
  )
  each('connectctl_last_error', '1 with the reason of a connector that does not flow', one =>
    // Without durations: a label that changes every second would be a new series with each scrape.
    one.state === 'flowing' ? [] : [{ labels: { error: one.reason.replace(/ for [\d.]+ s\b/, '') }, value: 1 }]
  )
}
