import { expect, it } from 'vitest'
import { beatIn } from './heartbeat-reader.ts'

const row = { sender: 'me', sent_ms: 5 }

it.each([
  ['with its schema, unwrapped', { schema: {}, payload: row }],
  ['without a schema, unwrapped', row],
  ["with its schema, in Debezium's envelope", { schema: {}, payload: { op: 'c', after: row } }],
  ["without a schema, in Debezium's envelope", { op: 'c', after: row }]
])('reads a beat %s', (_dress, value) => {
  expect(beatIn(JSON.stringify(value))).toMatchObject(row)
})

it('ignores records that are not heartbeats', () => {
  expect(beatIn('no json')).toBeUndefined()
})
