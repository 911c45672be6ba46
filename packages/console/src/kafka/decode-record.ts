import type { StoredRecord } from './record-reader.ts'

/** What a record of the outbox says, wherever its schema wraps it; fields that are not there are undefined. */
export type OutboxFields = {
  readonly id?: number | undefined
  readonly event?: string | undefined
  readonly eventId?: number | undefined
  readonly createdAt?: number | undefined
}

/** The key or value as JSON with its `{schema, payload}` opened, else as text. */
export function unwrapped(bytes: Buffer | null): unknown {
  if (bytes === null) return null
  const text = bytes.toString('utf8')
  const json = parsed(text)
  if (json === undefined) return text
  return isObject(json) && 'schema' in json && 'payload' in json ? json.payload : json
}

export function outboxFields({ value }: StoredRecord): OutboxFields {
  const fields = unwrapped(value)
  if (!isObject(fields)) return {}
  const { id, event, event_id: eventId, created_at: createdAt } = fields
  return {
    id: typeof id === 'number' ? id : undefined,
    event: typeof event === 'string' ? event : undefined,
    eventId: typeof eventId === 'number' ? eventId : undefined,
    createdAt: typeof createdAt === 'string' ? preciseTime(createdAt) : undefined
  }
}

/** A number's or text's plain form of a key such as `{"event_id":7}`, for people: `7`. */
export function keyText(bytes: Buffer | null): string | null {
  const key = unwrapped(bytes)
  if (key === null) return null
  if (!isObject(key)) return typeof key === 'string' ? key : JSON.stringify(key)
  const values = Object.values(key)
  return values.length === 1 && !isObject(values[0]) ? String(values[0]) : JSON.stringify(key)
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Milliseconds with the fraction that a Date drops. */
function preciseTime(iso: string): number | undefined {
  const ms = Date.parse(iso)
  if (Number.isNaN(ms)) return undefined
  const micros = /\.\d{3}(\d{1,3})/.exec(iso)?.[1]
  return micros === undefined ? ms : ms + Number(micros.padEnd(3, '0')) / 1000
}
