import { RefusedError } from '@outbox-cdc/service-kit'

/** Why something failed, in few words: the code where the system gives one, else the message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof RefusedError) return error.message
  if (error.name === 'TimeoutError') return 'no answer in time'
  const { errors, cause } = error as Error & { errors?: unknown }
  const inner: unknown = Array.isArray(errors) ? errors[0] : cause
  if (inner instanceof Error) return reasonOf(inner)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (words[code] !== undefined || /^E[A-Z]+$/.test(code)) return words[code] ?? code
  const [line = ''] = error.message.split('\n')
  return line.length > 300 ? `${line.slice(0, 299)}…` : line
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ETIMEDOUT: 'no answer in time',
  ENOTFOUND: 'no such host',
  EHOSTUNREACH: 'host unreachable',
  PROTOCOL_SEQUENCE_TIMEOUT: 'no answer in time',
  PROTOCOL_CONNECTION_LOST: 'connection lost',
  ER_ACCESS_DENIED_ERROR: 'access denied',
  '28P01': 'access denied',
  '57P03': 'PostgreSQL is starting or stopping'
}
