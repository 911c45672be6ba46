import type { Knex } from 'knex'
import { myPage, recordFact } from './my-page/my-page-store.ts'
import { orderStates, type OrderTrigger } from './order-states.ts'
import { changeOrder } from './order-store.ts'
import { orderTopics } from './order-topics.ts'

/** What the service does with an event about an order: what the order's table says, and then MyPage, in one transaction. */
export const orderHandlers = orderTopics(async (trx, news) => {
  const { orderId, name, fact } = news
  if (isTrigger(name)) await settle(trx, orderId, { trigger: name, ...fact })
  await recordFact(trx, myPage, news)
})

const isTrigger = (name: string): name is OrderTrigger => Object.hasOwn(orderStates.steps.PAYMENT_PENDING, name)

type Cause = { readonly trigger: OrderTrigger; readonly rejectReason?: string }

async function settle(trx: Knex.Transaction, id: number, { trigger, rejectReason }: Cause): Promise<void> {
  const changed = await changeOrder(trx, id, { trigger, reason: rejectReason })
  // Parks the event: orders are never deleted, so waiting doesn't help.
  if (changed === undefined) throw Object.assign(new Error(`There is no order ${id}`), { retryable: false })
}
