import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { crowdPayment } from '../flower-delivery/crowd.ts'
import { killUnderOrders } from '../flower-delivery/kills.ts'
import { replayAll } from '../flower-delivery/replays.ts'
import { playSchedules } from '../flower-delivery/schedules.ts'
import { type Flower, startFlower } from '../flower-delivery/start-flower.ts'

// In short what `npm run measure:flower-delivery` does, on one start. The seed in a test's name repeats its plans.
const seed = Number(process.env['FLOWER_SEED'] ?? randomInt(2 ** 31))
const say = () => undefined

let flower: Flower
beforeAll(async () => {
  flower = await startFlower()
})
afterAll(() => flower?.end())

it(`brings every order of 30 random schedules to a good end, whatever dies and comes again (FLOWER_SEED=${seed})`, async () => {
  const { ends, disturbances } = await playSchedules(flower, { seed, count: 30, say })
  expect(ends).toMatchObject({ CANCELLED: expect.any(Number), COMPLETED: expect.any(Number) })
  expect(disturbances.kill).toBeGreaterThan(0)
})

it('changes no row and publishes nothing when every event comes again, and when every topic is read again', async () => {
  expect((await replayAll(flower)).rows).toBeGreaterThan(100)
})

it(`has one payment for every paid order after kills of order and payment (FLOWER_SEED=${seed})`, async () => {
  const { kills, orders } = await killUnderOrders(flower, { seed, count: 10, say })
  expect(kills.order).toBeGreaterThan(0)
  expect(kills.payment).toBeGreaterThan(0)
  expect(orders).toBeGreaterThan(20)
})

it('opens the breaker before an overloaded payment, probes it, closes again, and has one payment for every paid order', async () => {
  const { opened, closed, openMs, paid, refused, others } = await crowdPayment(flower, {
    seed,
    users: 100,
    seconds: 12
  })
  expect(opened).toBeGreaterThan(0)
  expect(closed).toBeGreaterThan(0)
  expect(Math.min(...openMs)).toBeGreaterThanOrEqual(2_900)
  expect(paid.n).toBeGreaterThan(0)
  expect(refused.n).toBeGreaterThan(0)
  // On an idle machine a refusal takes a few milliseconds; a busy one must still refuse sooner than payment would answer.
  expect(refused.p50).toBeLessThan(paid.p50 / 2)
  expect(others).toEqual({})
})
