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

/** A valid event with `changes`. Each has its own key, larger than any id of an order. */
function poisonRecord(changes: Record<string, unknown>, otherHeaders: Record<string, string> = {}): Poison {
  const id = next++
  const fields = { id, event: 'order_created', event_id: id, created_at: new Date(0).toISOString() }
  const value = { schema: {}, payload: { ...fields, payload: JSON.stringify(payload), ...changes } }
  return {
    key: JSON.stringify({ schema: {}, payload: { event_id: id } }),
    value: JSON.stringify(value),
    headers: { ...headers, message_id: randomUUID(), ...otherHeaders }
  }
}

/** Compressed, it is below the broker's limit of 1 MB. */
const large = 'x'.repeat(2 * 1024 * 1024)
const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`

export const poison: readonly Poison[] = [
  { ...poisonRecord({}), value: 'this is not JSON' },
  { ...poisonRecord({}), value: '' },
  { ...poisonRecord({}), value: null },
  { ...poisonRecord({}), key: null },
  { ...poisonRecord({}), key: '{"payload":{}}' },
  { ...poisonRecord({}), value: deep },
  { ...poisonRecord({}), value: large },
  poisonRecord({ event_id: 'twelve' }),
  poisonRecord({ payload: 'not JSON either' }),
  poisonRecord({ payload: JSON.stringify({ name: 7, quantity: 'many' }) }),
  poisonRecord({ payload: '{"__proto__":{"name":"polluted","quantity":1}}' }),
  poisonRecord({}, { schema_version: '99' }),
  poisonRecord({}, { message_id: '' })
]
