import { ConnectctlError } from '@outbox-cdc/connectctl'
import { notFound, Problem, RefusedError } from '@outbox-cdc/service-kit'
import { ConfigurationError } from '../database/configuration-error.ts'
import { reasonOf } from '../reason-of.ts'

/** The part, or a problem that names the setting without which there is none. */
export function configured<T>(part: T | undefined, variable: string): T {
  if (part !== undefined) return part
  throw new Problem(501, { type: 'not-configured', title: 'Not configured', detail: `Set ${variable} to see this` })
}

export function unavailable(detail: string, cause?: unknown): Problem {
  return new Problem(503, { type: 'unavailable', title: 'Not available now', detail }, { cause })
}

const noTable = 'This database has no parked_event table: the consumer does not park here'
const noRight = 'The account of effect.url may not do this: it needs UPDATE on parked_key and parked_event'
const refusals: Readonly<Record<string, string>> = {
  ER_NO_SUCH_TABLE: noTable,
  ER_TABLEACCESS_DENIED_ERROR: noRight,
  '42P01': noTable,
  '42501': noRight
}

/** What a part of the pipeline refused, or that it does not answer. */
export function explain(cause: unknown): Problem | undefined {
  const { code = '', message: detail } = cause as Error & { readonly code?: string }
  if (cause instanceof RefusedError) return new Problem(503, { type: 'refused', title: 'Refused', detail }, { cause })
  if (cause instanceof ConfigurationError)
    return new Problem(501, { type: 'not-configured', title: 'Configuration error', detail }, { cause })
  if (cause instanceof ConnectctlError) {
    const status = code === 'NOT_FOUND' ? 404 : code === 'CONNECT_REFUSED' ? 409 : 503
    return new Problem(status, { type: 'connect', title: 'Kafka Connect refused or is away', detail }, { cause })
  }
  const refusal = refusals[code]
  if (refusal) return new Problem(409, { type: 'not-possible', title: 'Not possible here', detail: refusal }, { cause })
  if (!code.startsWith('PLT_KFK')) return undefined
  const reason = reasonOf(cause)
  return /no topic|unknown topic/i.test(reason)
    ? notFound('There is no such topic')
    : unavailable(`Kafka: ${reason}`, cause)
}
