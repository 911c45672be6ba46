import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { flowStates } from '../connect/verdict.ts'
import type { Watched } from './watch.ts'

export type Metrics = ReturnType<typeof createMetrics>

/** The keeper's figures. States are read on each scrape; arrivals and actions are counted as they happen. */
export function createMetrics(watched: () => readonly Watched[]) {
  const registry = new Registry()
  const registers = [registry]
  const roundTrip = new Histogram({
    name: 'connectctl_probe_round_trip_seconds',
    help: 'From the commit of a probe in the database to its arrival from Kafka',
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
  return { registry, roundTrip, actions }
}

const figureHelp: Readonly<Record<string, string>> = {
  slot_held_bytes: 'WAL that the slot of the connector holds in PostgreSQL',
  slot_safe_bytes: 'WAL that may still be written before PostgreSQL gives the slot up'
}

type Sample = readonly [value: number, labels?: Record<string, string>]

function stateGauges(registry: Registry, watched: () => readonly Watched[]): void {
  const labelNames = ['connector', 'task', 'state', 'verdict', 'cause', 'error']
  const each = (name: string, help: string, samples: (one: Watched) => readonly Sample[]) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset()
        for (const one of watched())
          for (const [value, labels] of samples(one)) this.set({ connector: one.name, ...labels }, value)
      }
    })
  each('connectctl_flow_age_seconds', 'Age of the newest probe that came through', ({ ageMs }) =>
    ageMs === undefined ? [] : [[ageMs / 1000]]
  )
  each('connectctl_healthy', '1 when events flow', one => [[Number(one.state === 'flowing')]])
  each('connectctl_verdict', '1 for the verdict of the connector', one =>
    flowStates.map(verdict => [Number(one.state === verdict), { verdict }])
  )
  each('connectctl_connector_state', '1 for the state that Connect reports', ({ report }) => [
    [1, { state: typeof report === 'object' ? report.connector.state : report }]
  ])
  each('connectctl_task_state', '1 for the state that Connect reports of each task', ({ report }) =>
    typeof report === 'object' ? report.tasks.map(({ id, state }) => [1, { task: String(id), state }]) : []
  )
  each('connectctl_fatal', '1 while there is a cause that no restart fixes', ({ fatal }) =>
    fatal === undefined ? [] : [[1, { cause: fatal.cause }]]
  )
  for (const [name, help] of Object.entries(figureHelp))
    each(`connectctl_${name}`, help, ({ figures }) => (figures[name] === undefined ? [] : [[figures[name]]]))
  each('connectctl_last_error', '1 with the reason of a connector that does not flow', one =>
    // Without durations: a label that changes every second would be a new series with each scrape.
    one.state === 'flowing' ? [] : [[1, { error: one.reason.replace(/ for [\d.]+ s\b/, '') }]]
  )
}
