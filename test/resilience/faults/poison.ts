import { randomUUID } from 'node:crypto'

type Poison = {
  readonly key: string | null
  readonly value: string | null
  readonly headers: Readonly<Record<string, string>>
}

const firstKey = 2_000_000_000
const headers = { message_id: '', aggregate: 'order', aggregate_version: '1', schema_version: '1' }
const payload = { name: 'poison', quantity: 1 }

let next = firstKey

/** An event that is right but for `changes`; each has a key of its own, which no order will reach. */
function poisoned(changes: Record<string, unknown>, otherHeaders: Record<string, string> = {}): Poison {
  const id = next++
  const fields = { id, event: 'order_created', event_id: id, created_at: new Date(0).toISOString() }
  const value = { schema: {}, payload: { ...fields, payload: JSON.stringify(payload), ...changes } }
  return {
    key: JSON.stringify({ schema: {}, payload: { event_id: id } }),
    value: JSON.stringify(value),
    headers: { ...headers, message_id: randomUUID(), ...otherHeaders }
  }
}

/** Compressed it passes the broker's limit of 1 MB. */
const large = 'x'.repeat(2 * 1024 * 1024)
const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`

export const poison: readonly Poison[] = [
  { ...poisoned({}), value: 'this is not JSON' },
  { ...poisoned({}), value: '' },
  { ...poisoned({}), value: null },
  { ...poisoned({}), key: null },
  { ...poisoned({}), key: '{"payload":{}}' },
  { ...poisoned({}), value: deep },
  { ...poisoned({}), value: large },
  poisoned({ event_id: 'twelve' }),
  poisoned({ payload: 'not JSON either' }),
  poisoned({ payload: JSON.stringify({ name: 7, quantity: 'many' }) }),
  poisoned({ payload: '{"__proto__":{"name":"polluted","quantity":1}}' }),
  poisoned({}, { schema_version: '99' }),
  poisoned({}, { message_id: '' })
]
