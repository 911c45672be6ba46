import { setTimeout as sleep } from 'node:timers/promises'
import { type Action, actions, canDo, type Service } from '@outbox-cdc/flower-delivery/test/model'
import { type Schedule, schedule } from '@outbox-cdc/flower-delivery/test/schedules'
import fc from 'fast-check'
import { bringToTheEnd, untilNoProblem, untilNoSagaIsStuck } from './calm.ts'
import { disturb, type Kind } from './disturbances.ts'
import { problemsAtTheEnd } from './equations.ts'
import { act, place, registerItems } from './people.ts'
import { openRedelivery, type Redelivery } from './redelivery.ts'
import type { Flower } from './start-flower.ts'

export type SchedulePlan = { readonly seed: number; readonly count: number; readonly say: (line: string) => void }

export type Played = {
  readonly schedules: number
  /** How many orders ended in which state. */
  readonly ends: Readonly<Record<string, number>>
  /** What people did, or tried to. */
  readonly requests: number
  readonly sentAgain: number
  readonly disturbances: Readonly<Record<Kind, number>>
}

// A schedule mostly waits, so several run at the same time.
const lanes = 8
const patienceMs = 30_000

/**
 * Plays the random schedules of the model on the real services, with an item for each, while services are killed and read
 * their topics again. Then people do what is left to do. Throws what doesn't hold in the end. The same seed gives the same
 * plans; when exactly what happens is up to the machine.
 */
export async function playSchedules(flower: Flower, plan: SchedulePlan): Promise<Played> {
  const { stocks, ...played } = await play(flower, plan)
  plan.say('every schedule is played; people do what is left to do')
  await bringToTheEnd(flower)
  await untilNoProblem(flower, rows => problemsAtTheEnd(rows, stocks))
  await untilNoSagaIsStuck(flower)
  const states: string[] = await flower.databases.order('customer_order').pluck('state')
  const ends = Object.fromEntries([...Map.groupBy(states, state => state)].map(([state, all]) => [state, all.length]))
  return { ...played, ends }
}

async function play(flower: Flower, { seed, count, say }: SchedulePlan) {
  // A payment takes a while, so that a cancellation may overtake it.
  await flower.stop('payment')
  await flower.start('payment', { PAYMENT_SLOW_MS: '0-60' })
  const schedules = fc.sample(schedule, { seed, numRuns: count })
  const items = await registerItems(
    flower,
    schedules.map(({ stock }) => stock)
  )
  const redelivery = await openRedelivery(flower)
  const disturbing = disturb(flower, seed)
  const counts = { requests: 0, sentAgain: 0 }
  let done = 0
  const left = schedules.map((one, index) => ({ ...one, itemId: items[index] ?? 0 }))
  const lane = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const { requests, sentAgain } = await playOne(flower, redelivery, next)
      counts.requests += requests
      counts.sentAgain += sentAgain
      done += 1
      if (done % 20 === 0) say(`${done} of ${count} schedules played`)
    }
  }
  try {
    await Promise.all(Array.from({ length: lanes }, lane))
  } finally {
    await redelivery.close()
  }
  const stocks = new Map(items.map((id, index) => [id, schedules[index]?.stock ?? 0]))
  return { schedules: count, ...counts, disturbances: await disturbing.stop(), stocks }
}

type One = Schedule & { readonly itemId: number }

async function playOne(flower: Flower, redelivery: Redelivery, { itemId, quantities, steps }: One) {
  const requests: Promise<unknown>[] = quantities.map(qty => placeUntilTaken(flower, itemId, qty))
  let sentAgain = 0
  await Promise.race([Promise.all(requests), anOrderOf(flower, itemId)])
  for (const { kind, which } of steps) {
    if (kind === 'deliver') await untilSomethingHappens(flower, itemId)
    else if (kind === 'replay') {
      const topic = flower.topics[which % flower.topics.length] ?? ''
      const ids = topic === 'flower.item' ? [itemId] : (await statesOf(flower, itemId)).map(({ orderId }) => orderId)
      sentAgain += await redelivery.sendAgain(topic, ids)
    } else {
      const possible = (await statesOf(flower, itemId)).flatMap(possibleWith)
      // Mostly people wait: a cancellation is possible from the start, and the shop would never hear of an order.
      const chosen = possible[which % (possible.length + 3)]
      // People don't wait for each other's answers.
      if (chosen !== undefined) requests.push(act(flower, chosen.action, chosen.orderId))
    }
  }
  await Promise.all(requests)
  return { requests: requests.length, sentAgain }
}

/** Customers who are refused, or whose request is cut off, try again. */
async function placeUntilTaken(flower: Flower, itemId: number, qty: number): Promise<void> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await sleep(250))
    if ((await place(flower, itemId, qty))?.status === 201) return
}

/** Resolves when an order is stored: its customer may be quicker than payment's answer. */
async function anOrderOf(flower: Flower, itemId: number): Promise<void> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await sleep(10))
    if ((await statesOf(flower, itemId)).length > 0) return
}

/** Waits until a service has done something with one of the orders, but not for long: perhaps nothing is left to do. */
async function untilSomethingHappens(flower: Flower, itemId: number): Promise<void> {
  const before = JSON.stringify(await statesOf(flower, itemId))
  for (const deadline = Date.now() + 300; Date.now() < deadline; ) {
    await sleep(40)
    if (JSON.stringify(await statesOf(flower, itemId)) !== before) return
  }
}

type States = { readonly orderId: number } & Readonly<Record<Service, string | undefined>>

/** What the services know of the orders of an item now. No action is item's, so it isn't asked. */
async function statesOf({ databases }: Flower, itemId: number): Promise<readonly States[]> {
  const { order, payment, shop, delivery } = databases
  const orders: { id: number; state: string }[] = await order('customer_order')
    .where({ item_id: itemId })
    .orderBy('id')
    .select('id', 'state')
  const ids = orders.map(({ id }) => id)
  const [payments, shopOrders, deliveries] = await Promise.all([
    payment('payment').whereIn('order_id', ids).select('order_id', 'status AS state'),
    shop('shop_order').whereIn('order_id', ids).select('order_id', 'state'),
    delivery('delivery').whereIn('order_id', ids).select('order_id', 'delivery_status AS state')
  ])
  const stateIn = (rows: readonly { order_id: number | string; state: string }[], id: number) =>
    rows.find(row => Number(row.order_id) === id)?.state
  return orders.map(({ id, state }) => ({
    orderId: id,
    order: state,
    payment: stateIn(payments, id),
    item: undefined,
    shop: stateIn(shopOrders, id),
    delivery: stateIn(deliveries, id)
  }))
}

function possibleWith({ orderId, ...states }: States) {
  return (Object.keys(actions) as Action[])
    .filter(action => canDo(action, service => states[service]))
    .map(action => ({ action, orderId }))
}
