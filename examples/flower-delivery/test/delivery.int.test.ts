import { noPostgres } from '@outbox-cdc/test-support/use-postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDelivery } from './start-delivery.ts'

const flowers = { storeName: '강남꽃집', itemName: '장미 세트', qty: 3, userName: '이기정' }

describe.skipIf(noPostgres !== undefined)('delivery', () => {
  let delivery: Awaited<ReturnType<typeof startDelivery>>
  beforeAll(async () => void (delivery = await startDelivery()))
  afterAll(() => delivery?.stop())

  let last = 0
  const newOrder = () => ++last

  async function requested(): Promise<number> {
    const orderId = newOrder()
    delivery.decorate(orderId, flowers)
    await delivery.settled()
    return orderId
  }

  const eventsOf = async (orderId: number) =>
    (await delivery.published(orderId)).map(({ event, aggregate_version: version }) => `${version} ${event}`)

  it('takes turns with another migration, which then has nothing to do', () => {
    expect(delivery.said.filter(sentence => sentence === 'schema is up to date, nothing to do')).toHaveLength(1)
  })

  it('lists a decorated order, lets the rider leave and hand over once, and says so in order', async () => {
    const orderId = await requested()
    const { status, body } = await delivery.read(orderId)
    expect([status, body]).toMatchObject([200, { orderId, ...flowers, deliveryStatus: 'REQUESTED', departedAt: null }])
    expect((await delivery.list('status=REQUESTED&sort=orderId,desc')).body.items[0]).toEqual(body)

    expect((await delivery.ride('complete', orderId)).status).toBe(409)
    for (const [command, deliveryStatus] of [
      ['depart', 'DEPARTED'],
      ['complete', 'COMPLETED']
    ] as const) {
      const answers = await Promise.all([1, 2, 3].map(() => delivery.ride(command, orderId)))
      answers.push(await delivery.ride(command, orderId))
      for (const answer of answers) expect([answer.status, answer.body]).toEqual([200, answers[0]?.body])
      expect(answers[0]?.body).toMatchObject({ deliveryStatus, departedAt: expect.stringMatching(/Z$/) })
    }
    expect(await eventsOf(orderId)).toEqual(['1 departed_for_delivery', '2 delivery_completed'])
    expect(new Set((await delivery.published(orderId)).map(row => row.correlation_id))).toEqual(
      new Set([String(orderId)])
    )
    expect((await delivery.list('status=REQUESTED')).body.items).not.toContainEqual(
      expect.objectContaining({ orderId })
    )
  })

  it('cancels until the rider leaves, and refuses afterwards', async () => {
    const [early, late] = [await requested(), await requested()]
    await delivery.ride('depart', late)
    for (const orderId of [early, late]) delivery.cancel(orderId)
    await delivery.settled()
    expect((await delivery.read(early)).body).toMatchObject({ deliveryStatus: 'CANCELLED', departedAt: null })
    expect(await delivery.ride('depart', early)).toMatchObject({
      status: 409,
      body: { detail: `The delivery of order ${early} is CANCELLED and can't be begun` }
    })
    expect(await eventsOf(early)).toEqual(['1 delivery_cancelled'])

    expect((await delivery.read(late)).body.deliveryStatus).toBe('DEPARTED')
    expect((await delivery.ride('complete', late)).status).toBe(200)
    expect(await eventsOf(late)).toEqual([
      '1 departed_for_delivery',
      '2 delivery_cancel_refused',
      '3 delivery_completed'
    ])
  })

  it('cancels an order whose cancellation came first, and shows nothing before it comes', async () => {
    const orderId = newOrder()
    const { totalElements } = (await delivery.list('')).body.page
    delivery.cancel(orderId)
    await delivery.settled()
    expect((await delivery.read(orderId)).status).toBe(404)
    expect((await delivery.ride('depart', orderId)).status).toBe(409)
    expect((await delivery.ride('depart', newOrder())).status).toBe(404)
    expect((await delivery.list('')).body.page.totalElements).toBe(totalElements)
    expect(await eventsOf(orderId)).toEqual([])

    delivery.decorate(orderId, flowers)
    await delivery.settled()
    expect((await delivery.read(orderId)).body).toMatchObject({ ...flowers, deliveryStatus: 'CANCELLED' })
    expect(await eventsOf(orderId)).toEqual(['1 delivery_cancelled'])
  })

  it('cancels each order once, when its two events come at once by two topics', async () => {
    const orders = Array.from({ length: 40 }, newOrder)
    for (const orderId of orders) {
      delivery.decorate(orderId, flowers)
      delivery.cancel(orderId)
    }
    expect(await delivery.settled()).toMatchObject({ parked: 0 })
    for (const orderId of orders) {
      expect((await delivery.read(orderId)).body).toMatchObject({ ...flowers, deliveryStatus: 'CANCELLED' })
      expect(await eventsOf(orderId)).toEqual(['1 delivery_cancelled'])
    }
  })

  it('changes nothing when both topics come again', async () => {
    const orderId = await requested()
    await delivery.ride('depart', orderId)
    delivery.cancel(orderId)
    const before = await delivery.settled()
    const rows = async () => [(await delivery.list('size=200')).body, await eventsOf(orderId)]
    const untouched = await rows()
    const { shop, order } = delivery.topics
    const again = shop.records().length + order.records().length
    for (const topic of [shop, order]) topic.redeliver(topic.records().length)
    expect(await delivery.settled()).toEqual({ ...before, duplicate: (before['duplicate'] ?? 0) + again })
    expect(await rows()).toEqual(untouched)
  })

  it.each(['status=CANCEL_ASKED', 'page=-1', 'size=201', 'sort=qty', 'sort=orderId,up', 'more=1'])(
    'refuses a list with %s',
    async query => expect((await delivery.list(query)).status).toBe(400)
  )
})
