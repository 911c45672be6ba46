import { OutboxError } from '@outbox-cdc/outbox'
import { type Explain, Problem } from '@outbox-cdc/service-kit'
import { KeyError } from '../idempotency/key-store.ts'

const answers = {
  KEY_IN_USE: { status: 409, type: 'key-in-use', title: 'Still running', headers: { 'Retry-After': '1' } },
  KEY_REUSED: { status: 422, type: 'key-reused', title: 'The key belongs to another request', headers: {} }
} as const satisfies Record<KeyError['code'], object>

const unavailable = (detail: string) =>
  new Problem(503, { type: 'unavailable', title: 'Not available now', detail, headers: { 'Retry-After': '2' } })

const notYet = unavailable('The schemas of the events are not registered yet. Nothing was written; try again.')
const notWritten = unavailable('The database does not answer, or is busy. Nothing was written; try again.')
const unknown = unavailable(
  'The database was lost during the commit, so the order may or may not exist. Repeat the request with the same ' +
    'Idempotency-Key; if it had none, look for the order before you repeat it.'
)

/** The HTTP status of each of the service's own errors. */
export const explain: Explain = error => {
  if (error instanceof OutboxError) return explainOutbox(error)
  if (!(error instanceof KeyError)) return undefined
  const { status, ...rest } = answers[error.code]
  const errors = [{ field: 'idempotency-key', message: error.message }]
  return new Problem(status, { ...rest, detail: error.message, errors }, { cause: error })
}

function explainOutbox({ code, retryable }: OutboxError): Problem | undefined {
  if (code === 'SCHEMA_UNREGISTERED') return notYet
  if (code === 'COMMIT_UNKNOWN') return unknown
  return retryable ? notWritten : undefined
}
