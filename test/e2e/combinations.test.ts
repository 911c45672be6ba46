import { join } from 'node:path'
import { noPostgres } from '@outbox-cdc/stack'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { effectsSuite, type OrdersTarget } from '../support/effects-suite.ts'
import { eventually } from '../support/eventually.ts'
import { get, post } from '../support/http.ts'
import { openJson, openRouted } from '../support/open-record.ts'
import { readTopic } from '../support/read-topic.ts'
import { startTestPipeline, type TestPipeline } from '../support/test-pipeline.ts'
import { type Combination, combinations } from './combinations/combinations.ts'

let pipeline: TestPipeline

describe.skipIf(noPostgres !== undefined)('one start with PostgreSQL', () => {
  beforeAll(async () => {
    pipeline = await startTestPipeline({ system: join(import.meta.dirname, 'combinations/system.ts') })
  })
  afterAll(() => pipeline?.stop())

  describe.each(combinations)('$engine, $store, $shape, $ids ids', combination => {
    effectsSuite(() => ordersOf(combination))

    it('applies the changes of an order in the order of their commits', async () => {
      const { orders, deliveries } = urlsOf(combination)
      const id = await ordersOf(combination).place({ name: 'changed', quantity: 0 })
      const changes = Array.from({ length: 20 }, (_, quantity) => post(`${orders}/order/${id}`, { quantity }))
      for (const { status, text } of await Promise.all(changes)) expect([status, text]).toEqual([201, text])
      const versions = Array.from({ length: 21 }, (_, index) => index + 1)
      await eventually(async () => expect((await get(`${deliveries}/versions/${id}`)).body).toEqual(versions))
    })
  })

  it('knows of every connector that its events flow', async () => {
    const flowing = combinations.map(({ name }) => expect.objectContaining({ name, state: 'flowing' }))
    await eventually(async () => {
      const { body } = await get(`http://127.0.0.1:${pipeline.settings.ports.keeper}/status`)
      expect(body.connectors).toEqual(flowing)
    })
  })
})

function urlsOf({ name }: Combination) {
  const { ports } = pipeline.settings
  return {
    orders: `http://127.0.0.1:${ports[`${name}_orders`]}`,
    deliveries: `http://127.0.0.1:${ports[`${name}_deliveries`]}`
  }
}

function ordersOf(combination: Combination): OrdersTarget {
  const { orders, deliveries } = urlsOf(combination)
  const consumer = pipeline.services.get(`${combination.name}_deliveries`)
  const open = combination.shape === 'routed' ? openRouted : openJson
  return {
    record: recordOf(combination),
    async place(order) {
      const { status, body } = await post(`${orders}/order`, order)
      expect(status).toBe(201)
      return body.id
    },
    delivery: async id => (await get(`${deliveries}/deliveries/${id}`)).body[0],
    deliveries: async () => (await get(`${deliveries}/deliveries`)).body,
    async restartConsumer() {
      await consumer?.stop()
      await consumer?.start()
    },
    records: async count => Promise.all((await readTopic(pipeline.stack.kafka, combination.topic, count)).map(open))
  }
}

const uuid = /^[0-9a-f-]{36}$/

function recordOf({ shape, store, ids }: Combination): OrdersTarget['record'] {
  // connectctl init adds none of Debezium's facts.
  const isWrittenByInit = store === 'message' && ids === 'string'
  const isId = ids === 'integer' ? Number.isSafeInteger : (id: unknown) => uuid.test(String(id))
  const row = ['event', 'event_id', 'payload', 'created_at']
  // The router takes the message id as its own header, and none of Debezium's facts.
  if (shape === 'routed') return { fields: row, isId, keyOf: id => id, headers: { id: uuid } }
  return {
    fields: store === 'message' ? [...row, 'id'] : ['id', ...row],
    isId,
    keyOf: event_id => ({ event_id }),
    headers: { message_id: uuid, ...(isWrittenByInit ? {} : { lsn: /^\d+$/, tx_id: /^\d+$/ }) }
  }
}
