import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Breaker } from './circuit-breaker.ts'

export type Outcome = 'ok' | 'not_found' | 'declined' | 'failed' | 'timed_out' | 'refused' | 'full'

export type ClientMetrics = {
  readonly observe: (to: string, outcome: Outcome, seconds: number) => void
  readonly retried: (to: string) => void
  readonly watch: (to: string, breaker: Breaker) => void
}

const states = ['closed', 'half_open', 'open'] as const

/** How calls to other services end, and whether their circuit breakers let them through. */
export function createClientMetrics(registry: Registry): ClientMetrics {
  const registers = [registry]
  const breakers = new Map<string, Breaker>()
  const duration = new Histogram({
    name: 'service_client_seconds',
    help: 'Time of a call to another service, with its retries',
    labelNames: ['to', 'outcome'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers
  })
  const retries = new Counter({
    name: 'service_client_retries_total',
    help: 'Attempts after the first one of a call',
    labelNames: ['to'],
    registers
  })
  new Gauge({
    name: 'service_client_breaker',
    help: 'State of the circuit breaker: 1 for the current one; half_open: the next call is the probe',
    labelNames: ['to', 'state'],
    registers,
    collect() {
      for (const [to, breaker] of breakers)
        for (const state of states) this.set({ to, state }, breaker.state() === state ? 1 : 0)
    }
  })
  return {
    observe: (to, outcome, seconds) => duration.observe({ to, outcome }, seconds),
    retried: to => retries.inc({ to }),
    watch(to, breaker) {
      breakers.set(to, breaker)
      retries.inc({ to }, 0)
    }
  }
}
