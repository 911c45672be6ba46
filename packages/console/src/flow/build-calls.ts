import type { Call } from '../api/pipeline-schemas.ts'
import { percent } from '../page/format.js'
import type { Problem } from './find-problems.ts'
import type { Readings } from './probes.ts'
import type { ReadCall } from './read-calls.ts'
import { fresh } from './readings.ts'

/** A service with what was last read of it, and the services that it calls. */
export type Caller = {
  readonly part: Call['part']
  readonly name: string
  readonly calls: readonly string[]
  readonly reading: Readings['writer']
}

/** Each service that one calls, with its circuit breaker. What was not observed is unknown. */
export function buildCalls({ part, name: from, calls, reading }: Caller, now: number): Call[] {
  const answer = reading?.failing === undefined ? fresh(reading, now) : undefined
  return calls.map(to => {
    const found = answer?.calls?.get(to)
    const { breaker = null, rate = null, failed = null } = found ?? {}
    const readAt = answer === undefined ? null : (reading?.at ?? null)
    return { part, from, to, breaker, rate, failed, ...stateOf(found, whyUnknown(reading, answer, from)), readAt }
  })
}

/** Each of them once: a service may stand at several hops. */
export function eachOnce(calls: readonly Call[]): Call[] {
  return [...new Map(calls.map(call => [`${call.from} ${call.to}`, call])).values()]
}

function whyUnknown(reading: Readings['writer'], answer: object | undefined, from: string): string {
  if (reading === undefined) return `not known: the settings have no URL of ${from}`
  if (answer !== undefined) return `not known: ${from} has no metrics of it`
  return reading.at === undefined && reading.failing === undefined
    ? 'not read yet'
    : `not known: ${from} does not answer`
}

/** A closed breaker alone proves nothing: only an answered call does. */
function stateOf(found: ReadCall | undefined, unknown: string): Pick<Call, 'state' | 'words'> {
  switch (found?.breaker) {
    case undefined:
      return { state: 'unknown', words: unknown }
    case 'open':
      return { state: 'stopped', words: 'breaker open' }
    case 'half_open':
      return { state: 'slow', words: 'breaker half open' }
    case 'closed':
      if (found.failed === null) return { state: 'unknown', words: 'breaker closed, not called lately' }
      if (found.failed > 0) return { state: 'slow', words: 'breaker closed, calls fail' }
      return { state: 'ok', words: 'breaker closed' }
  }
}

/** Each call that does not work as a problem of the service that makes it. */
export function callProblems(calls: readonly Call[]): Problem[] {
  return calls.flatMap(({ part, from, to, breaker, state, failed }) => {
    if (state !== 'stopped' && state !== 'slow') return []
    const about = { part, state, see: '/' } as const
    const seeTo = `See whether ${to} is up, and its log.`
    if (breaker === 'open') {
      const text = `${from} can't reach ${to}: its circuit breaker is open. What needs ${to} is refused.`
      const advice = `${seeTo} The breaker probes it and closes by itself.`
      return { ...about, words: `can't reach ${to}: breaker open`, text, advice }
    }
    if (breaker === 'half_open') {
      const text = `${from} tries whether ${to} answers again: its circuit breaker is half open.`
      return { ...about, words: `probes ${to}: breaker half open`, text }
    }
    const words = `${percent(failed)} of its calls to ${to} fail`
    return { ...about, words, text: `${percent(failed)} of the calls of ${from} to ${to} fail.`, advice: seeTo }
  })
}
