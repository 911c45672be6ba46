import { expect, it } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { buildService, createBench, orderCreated } from '../test/build-service.ts'

const order = (id: number, name = `order ${id}`) =>
  orderCreated({ aggregateId: id, aggregateVersion: 1, payload: { name, quantity: id } })

const clients = ['kafkajs', 'platformatic']

it.each(clients)('delivers an order, shows it, and logs one line about it, read by %s', async client => {
  const bench = await createBench()
  const { get, log } = await buildService({ env: { ...bench.env, KAFKA_CLIENT: client } })
  expect((await get('/deliveries/7')).status).toBe(404)
  await bench.produce(order(7, 'joon 준 👨‍👩‍👧‍👦'))
  const delivery = await eventually(async () => {
    const { status, body } = await get('/deliveries/7')
    expect(status).toBe(200)
    return body
  })
  expect(delivery).toEqual({ orderId: 7, name: 'joon 준 👨‍👩‍👧‍👦', quantity: 7, deliveredAt: expect.any(String) })
  expect(new Date(delivery.deliveredAt).toISOString()).toBe(delivery.deliveredAt)
  // It is logged after the commit.
  const lines = await eventually(() => {
    const found = log.filter(({ message }) => message === 'order delivered')
    expect(found).not.toEqual([])
    return found
  })
  expect(lines).toMatchObject([
    {
      level: 'info',
      fields: {
        id: 1,
        event: 'order_created',
        eventId: 7,
        payload: '{"name":"joon 준 👨‍👩‍👧‍👦","quantity":7}',
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/)
      }
    }
  ])
})

it('delivers an order once when Kafka delivers its event twice, and continues after a restart', async () => {
  const bench = await createBench()
  const events = [1, 2, 3, 4, 5].map(id => order(id))
  const first = await buildService(bench)
  await bench.produce(...events, ...events)
  await eventually(async () => expect((await first.get('/deliveries')).body.items).toHaveLength(5))
  await eventually(async () => {
    const { text } = await first.get('/metrics')
    expect(text).toContain('events_total{outcome="handled",service="delivery-service"} 5')
    expect(text).toContain('events_total{outcome="duplicate",service="delivery-service"} 5')
  })
  await first.stop()
  await bench.produce(order(6))
  const second = await buildService(bench)
  await eventually(async () => expect((await second.get('/deliveries')).body.items).toHaveLength(6))
  const { text } = await second.get('/metrics')
  expect(text).toContain('events_total{outcome="handled",service="delivery-service"} 1')
  expect(text).toContain('events_total{outcome="duplicate",service="delivery-service"} 0')
})

it('accepts an unknown field, ignores an event of another name, and parks an event that it cannot read', async () => {
  const bench = await createBench()
  const { get } = await buildService(bench)
  const more = orderCreated({ aggregateId: 1, payload: { name: 'joon', quantity: 1, colour: 'green' } })
  const foreign = { ...order(2), name: 'invoice_sent' } as unknown as ReturnType<typeof order>
  const wrong = orderCreated({ aggregateId: 3, payload: { name: 'joon', quantity: 1.5 } })
  await bench.produce(more, foreign, wrong)
  await bench.send({ key: '{"event_id":4}', value: 'not JSON' })
  await bench.produce(order(5))
  await eventually(async () => {
    const { body } = await get('/deliveries')
    expect(body.items.map(({ orderId }: { orderId: number }) => orderId).toSorted()).toEqual([1, 5])
    expect((await get('/metrics')).text).toMatch(/^parked_events\{.*\} 2$/m)
  })
  expect((await get('/health/ready')).status).toBe(200)
})

it('lists deliveries page by page, newest first, also when an old order came late', async () => {
  const bench = await createBench()
  const { get } = await buildService(bench)
  for (const [index, id] of [3, 1, 4, 2, 5].entries()) {
    const delivered_at = new Date(Date.UTC(2026, 0, 1, 0, 0, Math.floor(index / 2)))
    await bench.db('delivery').insert({ order_id: id, name: 'x', quantity: 1, delivered_at })
  }
  const pages: number[][] = []
  for (let next: number | null | undefined; next !== null; ) {
    const { body } = await get(`/deliveries?limit=2${next === undefined ? '' : `&before=${next}`}`)
    pages.push(body.items.map(({ orderId }: { orderId: number }) => orderId))
    next = body.next
  }
  expect(pages).toEqual([[5, 4], [2, 3], [1]])
})

it('refuses an invalid order id, an invalid page and an unknown parameter, and names the field', async () => {
  const bench = await createBench()
  const { get } = await buildService(bench)
  const named = async (path: string) => {
    const { status, body } = await get(path)
    return [status, body.errors[0].field]
  }
  expect(await named('/deliveries/abc')).toEqual([400, 'orderId'])
  expect(await named('/deliveries/0')).toEqual([400, 'orderId'])
  expect(await named('/deliveries?limit=0')).toEqual([400, 'limit'])
  expect(await named('/deliveries?before=-1')).toEqual([400, 'before'])
  expect(await named('/deliveries?order=1')).toEqual([400, 'order'])
})

it('is neither ready nor alive when events wait and none is settled, and recovers afterwards', async () => {
  const bench = await createBench()
  const { get } = await buildService({ env: { ...bench.env, STALL_AFTER_MS: '1000' } })
  await bench.db.raw('RENAME TABLE delivery TO away')
  await bench.produce(order(1))
  await eventually(async () => {
    const [ready, live] = [await get('/health/ready'), await get('/health/live')]
    expect([ready.status, live.status]).toEqual([503, 503])
    expect(live.body.checks.consumer).toMatch(/events wait/)
  })
  await bench.db.raw('RENAME TABLE away TO delivery')
  await eventually(async () => {
    expect((await get('/deliveries/1')).status).toBe(200)
    expect([(await get('/health/ready')).status, (await get('/health/live')).status]).toEqual([200, 200])
  })
})
