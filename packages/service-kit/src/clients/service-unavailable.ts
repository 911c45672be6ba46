import { Problem } from '../problem.ts'

type Input = {
  readonly service: string
  readonly reason: string
  readonly retryAfterSeconds: number
  /** The service may have done what it was asked to do. */
  readonly maybeDone?: boolean
}

/** Another service gives no answer that can be used: a 503 that says when to try again. */
export class ServiceUnavailable extends Problem {
  constructor({ service, reason, retryAfterSeconds, maybeDone = false }: Input, options?: ErrorOptions) {
    const effect = maybeDone ? 'it may have done what was asked, and does it once' : 'nothing was changed'
    const detail = `${service} doesn't answer (${reason}); ${effect}. Try again in ${retryAfterSeconds} s.`
    const headers = { 'Retry-After': String(retryAfterSeconds) }
    super(503, { type: 'unavailable', title: 'Not available now', detail, headers }, options)
  }
}
