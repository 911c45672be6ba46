import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { avroDecoder } from './avro-decoder.ts'
import { outboxFields } from './decode-record.ts'
import type { StoredRecord } from './decode-record.ts'
import { showRecord } from './show-record.ts'

const schema = {
  type: 'record',
  name: 'order_created',
  namespace: 'order',
  fields: [
    { name: 'name', type: 'string' },
    { name: 'quantity', type: 'long' }
  ]
}
const value = Buffer.concat([Buffer.from([0, 0, 0, 0, 1, 8]), Buffer.from('joon'), Buffer.from([0xbe, 0x01])])

function record(changes: Partial<StoredRecord> = {}): StoredRecord {
  const headers = [
    ['id', '7'],
    ['event', 'order_created'],
    ['created_at', '2026-01-02T03:04:05.678901Z']
  ] as const
  const key = Buffer.from('{"event_id":3}')
  return { topic: 't', partition: 0, offset: 1, timestamp: 0, key, value, headers, ...changes }
}

/** A registry that knows one schema, and may be ended. */
async function useRegistry() {
  const server = createServer((request, response) => {
    const known = request.url === '/schemas/ids/1'
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(known ? { schema: JSON.stringify(schema) } : { error_code: 40403, message: 'none' }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

it('decodes an Avro value, with the fields that its headers hold', async () => {
  const [opened] = await avroDecoder({ url: await useRegistry() })([record()])
  const shown = showRecord(opened as StoredRecord)
  expect(shown).toMatchObject({ key: '3', event: 'order_created', value: { name: 'joon', quantity: 95 } })
  expect(shown.rawValue).toBe(value.toString('hex'))
  expect(outboxFields(opened as StoredRecord)).toMatchObject({ eventId: '3' })
  expect(outboxFields(opened as StoredRecord).createdAt).toBeCloseTo(Date.parse('2026-01-02T03:04:05.678Z') + 0.901, 2)
})

it('decodes an Avro key', async () => {
  const [opened] = await avroDecoder({ url: await useRegistry() })([record({ key: value, value: null })])
  expect(showRecord(opened as StoredRecord)).toMatchObject({ key: '{"name":"joon","quantity":95}', value: null })
})

it('leaves JSON, an unknown schema and broken Avro unchanged, beside the records that it decodes', async () => {
  const unknown = Buffer.from([0, 0, 0, 0, 9, 8])
  const values = [Buffer.from('{"a":1}'), unknown, value.subarray(0, 7), value]
  const opened = await avroDecoder({ url: await useRegistry() })(values.map(bytes => record({ value: bytes })))
  expect(opened.map(({ opened: content }) => content)).toEqual([
    undefined,
    undefined,
    undefined,
    { name: 'joon', quantity: 95 }
  ])
})

it('shows records as they are while the registry is away', async () => {
  const [shown] = await avroDecoder({ url: 'http://127.0.0.1:1' })([record()])
  expect(shown).toEqual(record())
})
