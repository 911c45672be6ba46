import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import type { ParkedRow } from '../parking/parked-event.ts'
import { parkedReader } from './parked-reader.ts'

const schema = { type: 'record', name: 'greeted', fields: [{ name: 'name', type: 'string' }] }
const avro = Buffer.concat([Buffer.from([0, 0, 0, 0, 1, 8]), Buffer.from('joon')])
const json = Buffer.from('{"a":1}')
const place = { topic: 't', partition_no: 0, record_offset: '1', record_time: '1', record_headers: '{}' }
const rows = [{ ...place, record_key: json, record_value: avro }] as unknown as ParkedRow[]

async function useRegistry() {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ schema: JSON.stringify(schema) }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

it('reads Avro by the registry, and JSON as it is', async () => {
  const read = await parkedReader(rows, { SCHEMA_REGISTRY_URL: await useRegistry() })
  expect([read(avro), read(json), read(null)]).toEqual(['{"name":"joon"}', '{"a":1}', null])
})

it('shows the bytes and what is missing without a registry, or while it is down', async () => {
  expect((await parkedReader(rows, {}))(avro)).toBe(
    '0000000001086a6f6f6e (schema 1; set SCHEMA_REGISTRY_URL to read it)'
  )
  expect((await parkedReader(rows, { SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1' }))(avro)).toMatch(
    /\(schema 1; The schema registry .* not answer/
  )
})
