import { OutboxError } from '@outbox-cdc/outbox'
import { type Explain, Problem } from '@outbox-cdc/service-kit'
import { KeyError } from '../idempotency/key-store.ts'

const answers = {
  KEY_IN_USE: { status: 409, type: 'key-in-use', title: 'Still running', headers: { 'Retry-After': '1' } },
  KEY_REUSED: { status: 422, type: 'key-reused', title: 'The key belongs to another request', headers: {} }
} as const satisfies Record<KeyError['code'], object>

const notYet = new Problem(503, {
  type: 'unavailable',
  title: 'Not available now',
  detail: 'The schemas of the events are not registered yet. Nothing was written; try again.',
  headers: { 'Retry-After': '2' }
})

/** The HTTP status of each of the service's own errors. */
export const explain: Explain = error => {
  if (error instanceof OutboxError && error.code === 'SCHEMA_UNREGISTERED') return notYet
  if (!(error instanceof KeyError)) return undefined
  const { status, ...rest } = answers[error.code]
  const errors = [{ field: 'idempotency-key', message: error.message }]
  return new Problem(status, { ...rest, detail: error.message, errors }, { cause: error })
}
