import { expect, it } from 'vitest'
import { beatIn, liftedBeat } from './heartbeat-reader.ts'

const row = { sender: 'me', sent_ms: 5 }

it.each([
  ['with its schema, unwrapped', { schema: {}, payload: row }],
  ['without a schema, unwrapped', row],
  ["with its schema, in Debezium's envelope", { schema: {}, payload: { op: 'c', after: row } }],
  ["without a schema, in Debezium's envelope", { op: 'c', after: row }]
])('reads a beat %s', (_dress, value) => {
  expect(beatIn(JSON.stringify(value))).toMatchObject(row)
})

it('passes over what is no beat', () => {
  expect(beatIn('no json')).toBeUndefined()
})

it('reads a beat from headers, where the row itself is Avro', () => {
  expect(liftedBeat({ sender: Buffer.from('me'), sent_ms: Buffer.from('5') })).toEqual({ sender: 'me', sent_ms: '5' })
  expect(liftedBeat({ gtid: Buffer.from('x') })).toBeUndefined()
  expect(liftedBeat()).toBeUndefined()
})
