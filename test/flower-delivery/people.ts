import type { Action } from '@outbox-cdc/flower-delivery/test/model'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { type Answer, fetchJson, post } from '@outbox-cdc/test-support/http'
import type { Flower } from './start-flower.ts'

const itemPrice = 50_000

/** Registers items with these stocks. Resolves with their ids when the last one is on the menu. */
export async function registerItems(flower: Flower, stocks: readonly number[]): Promise<readonly number[]> {
  const ids: number[] = []
  for (const stockCnt of stocks) {
    const item = { itemName: `꽃 ${ids.length + 1}`, storeName: 'KJSHOP', itemPrice, stockCnt }
    const { status, text, body } = await post(flower.url('item', '/items'), item)
    if (status !== 201) throw new Error(`item answers ${status}: ${text}`)
    ids.push(body.id)
  }
  await eventually(async () => {
    const [{ known } = { known: 0 }] = await flower.databases
      .order('menu_item')
      .whereIn('item_id', ids)
      .count({ known: '*' })
    if (known !== ids.length) throw new Error(`the menu has ${known} of ${ids.length} items`)
  })
  return ids
}

/** Places an order. Undefined without an answer: then it may be stored or not. */
export const place = (flower: Flower, itemId: number, qty: number): Promise<Answer | undefined> =>
  answerOf(post(flower.url('order', '/orders'), { itemId, qty, userName: '이기정' }))

const requests = {
  pay: { service: 'order', method: 'POST', path: (id: number) => `/orders/${id}/payment` },
  cancel: { service: 'order', method: 'DELETE', path: (id: number) => `/orders/${id}` },
  receive: { service: 'shop', method: 'PUT', path: (id: number) => `/ordermanagements/receive/${id}` },
  decorate: { service: 'shop', method: 'PUT', path: (id: number) => `/ordermanagements/decorate/${id}` },
  reject: { service: 'shop', method: 'PUT', path: (id: number) => `/ordermanagements/reject/${id}` },
  depart: { service: 'delivery', method: 'PUT', path: (id: number) => `/deliveries/depart/${id}` },
  complete: { service: 'delivery', method: 'PUT', path: (id: number) => `/deliveries/complete/${id}` }
} as const

/** What a customer, the shop owner or the rider does with an order. It may be refused, or cut off by the death of a service. */
export function act(flower: Flower, action: Action, orderId: number): Promise<Answer | undefined> {
  const { service, method, path } = requests[action]
  const body = action === 'reject' ? JSON.stringify({ reason: '리본이 떨어졌어요' }) : null
  const headers = { 'content-type': 'application/json' }
  return answerOf(fetchJson(flower.url(service, path(orderId)), { method, headers, body }))
}

const answerOf = (answer: Promise<Answer>) => answer.catch(() => undefined)
