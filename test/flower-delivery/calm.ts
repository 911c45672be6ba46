import type { SagaList } from '@outbox-cdc/console/api/saga-schemas'
import { type Action, canDo } from '@outbox-cdc/flower-delivery/test/model'
import { hasReadAll } from '@outbox-cdc/test-support/consumer-groups'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { get } from '@outbox-cdc/test-support/http'
import { act } from './people.ts'
import { readRows, type Rows } from './rows.ts'
import type { Flower } from './start-flower.ts'

const final = new Set(['COMPLETED', 'CANCELLED', 'REJECTED'])
const atMost = 16
const patience = { timeoutMs: 180_000, everyMs: 250 }

/** Lets people do what is left to do, as the model's `settle`, until every order has come to its end. */
export const bringToTheEnd = (flower: Flower): Promise<void> =>
  eventually(async () => {
    const { orders, payments, shopOrders, deliveries } = await readRows(flower)
    const [payment, shop, delivery] = [
      new Map(payments.map(row => [row.order_id, row.status])),
      new Map(shopOrders.map(row => [row.order_id, row.state])),
      new Map(deliveries.map(row => [row.order_id, row.delivery_status]))
    ]
    const open = orders.filter(({ state }) => !final.has(state))
    const todo = open.flatMap(({ id, state }) => {
      const states = {
        order: state,
        payment: payment.get(id),
        item: undefined,
        shop: shop.get(id),
        delivery: delivery.get(id)
      }
      // What isn't paid in time is cancelled; what waits in the shop is decorated and brought.
      const usual: readonly Action[] = ['receive', 'decorate', 'depart', 'complete']
      const wanted =
        state === 'PAYMENT_PENDING' ? 'cancel' : usual.find(action => canDo(action, service => states[service]))
      return wanted === undefined ? [] : [{ action: wanted, id }]
    })
    for (let at = 0; at < todo.length; at += atMost)
      await Promise.all(todo.slice(at, at + atMost).map(({ action, id }) => act(flower, action, id)))
    const [first] = open
    if (first !== undefined)
      throw new Error(`${open.length} orders come to no end; order ${first.id} is ${first.state}`)
  }, patience)

/** Waits until each group has read all that its topics have. */
export async function untilAllIsRead({ readers, pipeline }: Flower): Promise<void> {
  await Promise.all(readers.map(reader => hasReadAll(pipeline.stack.kafka, reader)))
}

/** Waits until nothing is wrong any more; throws what is, if that takes too long. */
export const untilNoProblem = (flower: Flower, problemsOf: (rows: Rows) => readonly string[]): Promise<void> =>
  eventually(async () => {
    await untilAllIsRead(flower)
    const problems = problemsOf(await readRows(flower))
    if (problems.length > 0) throw new Error(`${problems.length} problems in calm: ${problems.slice(0, 10).join('; ')}`)
  }, patience)

/** Waits until the console finds no event overdue. */
export const untilNoSagaIsStuck = (flower: Flower): Promise<void> =>
  eventually(async () => {
    const { stuck } = (await get(flower.url('console', '/api/sagas'))).body as SagaList
    if (stuck.length > 0) throw new Error(`${stuck.length} sagas are stuck: ${stuck[0]?.missing.join('; ')}`)
  }, patience)
