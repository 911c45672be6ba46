import type { KafkaMessage } from 'kafkajs'
import type { OpenRecord } from './effects-suite.ts'

/** The headers of a record as texts; one without a value is left out. */
export function textsOf(headers: KafkaMessage['headers'] = {}): Readonly<Record<string, string>> {
  const present = Object.entries(headers).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(present.map(([name, value]) => [name, String(value)]))
}

const payloadOf = (bytes: unknown) => (JSON.parse(String(bytes)) as { payload: unknown }).payload

/** A record whose value is the row of the outbox. */
export async function openJson({ key, value, headers }: KafkaMessage): Promise<OpenRecord> {
  return { key: payloadOf(key), fields: payloadOf(value) as OpenRecord['fields'], headers: textsOf(headers) }
}

/** A record of the Outbox Event Router: the value is the payload, and the row's other fields are headers. */
export async function openRouted({ key, value, headers }: KafkaMessage): Promise<OpenRecord> {
  const texts = textsOf(headers)
  const id = payloadOf(key)
  const { event, created_at } = texts
  return { key: id, fields: { event, event_id: id, payload: payloadOf(value), created_at }, headers: texts }
}
