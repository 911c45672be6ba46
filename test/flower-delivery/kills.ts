import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { untilNoProblem } from './calm.ts'
import { problemsOfPayments, problemsOfStock } from './equations.ts'
import { act, place, registerItems } from './people.ts'
import type { Flower } from './start-flower.ts'

type Plan = { readonly seed: number; readonly count: number; readonly say: (line: string) => void }

export type Killed = {
  readonly kills: Readonly<Record<'order' | 'payment', number>>
  /** Answers of POST /orders, and requests without one. */
  readonly accepted: number
  readonly refused: number
  readonly unanswered: number
  /** Orders that are stored, and nothing was paid: order died before the call, or the call failed. Their customers paid later. */
  readonly unpaid: number
  /** Orders that waited for their payment when their customer got an answer, or had none, and were paid all the same. */
  readonly paidWithoutAnswer: number
  readonly orders: number
}

const stock = 1_000_000
const customers = 8
// A payment takes a while, so that a kill may come before, within and after it.
const slow = { PAYMENT_SLOW_MS: '0-60' }

const kill = fc.record({ afterMs: fc.integer({ min: 100, max: 700 }), service: fc.constantFrom('order', 'payment') })

/**
 * Kills order or payment at random moments, while customers order one after the other; each is started again. Throws what
 * doesn't hold in the end.
 */
export async function killUnderOrders(flower: Flower, { seed, count, say }: Plan): Promise<Killed> {
  await flower.stop('payment')
  await flower.start('payment', slow)
  const [itemId = 0] = await registerItems(flower, [stock])
  const buying = startCustomers(flower, itemId)
  const kills = { order: 0, payment: 0 }
  for (const { afterMs, service } of fc.sample(kill, { seed, numRuns: count })) {
    await sleep(afterMs)
    await flower.kill(service)
    kills[service] += 1
    await flower.start(service)
    const done = kills.order + kills.payment
    if (done % 20 === 0) say(`${done} of ${count} kills`)
  }
  const answers = await buying.stop()
  await untilNoProblem(flower, problemsOfPayments)
  const unpaid = await payTheRest(flower, itemId)
  const stocks = new Map([[itemId, stock]])
  await untilNoProblem(flower, rows => [...problemsOfPayments(rows), ...problemsOfStock(rows, stocks)])
  const ids: number[] = await flower.databases.order('customer_order').where({ item_id: itemId }).pluck('id')
  const known = new Set(ids)
  const lost = answers.accepted.filter(([id]) => !known.has(id))
  if (lost.length > 0) throw new Error(`accepted, and not there: orders ${lost.map(([id]) => id).join()}`)
  const answered = new Map(answers.accepted)
  const later = new Set(unpaid)
  return {
    kills,
    accepted: answers.accepted.length,
    refused: answers.refused,
    unanswered: answers.unanswered,
    unpaid: unpaid.length,
    paidWithoutAnswer: ids.filter(id => answered.get(id) !== 'PAID' && !later.has(id)).length,
    orders: ids.length
  }
}

function startCustomers(flower: Flower, itemId: number) {
  let stopped = false
  const accepted: (readonly [number, string])[] = []
  const counts = { refused: 0, unanswered: 0 }
  const customer = async () => {
    while (!stopped) {
      const answer = await place(flower, itemId, 1)
      if (answer?.status === 201) accepted.push([answer.body.id, answer.body.orderStatus])
      else if (answer === undefined) counts.unanswered += 1
      else counts.refused += 1
      await sleep(answer?.status === 201 ? 10 : 50)
    }
  }
  const running = Promise.all(Array.from({ length: customers }, customer))
  return {
    async stop() {
      stopped = true
      await running
      return { accepted, ...counts }
    }
  }
}

/** Their customers pay now. Resolves with the ids of these orders. */
async function payTheRest(flower: Flower, itemId: number): Promise<readonly number[]> {
  const waiting = { item_id: itemId, state: 'PAYMENT_PENDING' }
  const ids: number[] = await flower.databases.order('customer_order').where(waiting).pluck('id')
  // The breaker may be open.
  for (const id of ids)
    for (let tries = 0; tries < 60 && (await act(flower, 'pay', id))?.status !== 200; tries++) await sleep(500)
  return ids
}
