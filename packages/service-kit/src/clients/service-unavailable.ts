import { Problem } from '../problem.ts'

type Input = { readonly service: string; readonly reason: string; readonly retryAfterSeconds: number }

/** Another service gives no answer that can be used: a 503 that says when to try again. */
export class ServiceUnavailable extends Problem {
  constructor({ service, reason, retryAfterSeconds }: Input, options?: ErrorOptions) {
    const detail = `${service} doesn't answer (${reason}); nothing was changed. Try again in ${retryAfterSeconds} s.`
    const headers = { 'Retry-After': String(retryAfterSeconds) }
    super(503, { type: 'unavailable', title: 'Not available now', detail, headers }, options)
  }
}
