import { join } from 'node:path'
import { askToken } from '@outbox-cdc/flower-delivery/auth/ask-token'
import { expect } from 'vitest'
import { eventually } from './eventually.ts'
import { type Answer, fetchJson, get, post } from './http.ts'
import { uniqueName } from './unique-name.ts'

type FlowerService = 'order' | 'payment' | 'item' | 'shop' | 'delivery' | 'gateway' | 'auth'

type Started = { readonly settings: { readonly dir: string; readonly ports: Readonly<Record<string, number>> } }
type ItemWish = { readonly itemName?: string; readonly storeName?: string; readonly itemPrice?: number }
type Wish = { readonly itemId: number; readonly qty?: number; readonly userName?: string }

/** What shop owner and rider do with an order, one after the other, and how MyPage shows it then. */
const steps = [
  { orderStatus: 'RECEIVED', service: 'shop', path: '/ordermanagements/receive' },
  { orderStatus: 'DECORATED', service: 'shop', path: '/ordermanagements/decorate' },
  { orderStatus: 'DEPARTED', service: 'delivery', path: '/deliveries/depart' },
  { orderStatus: 'COMPLETED', service: 'delivery', path: '/deliveries/complete' }
] as const
type Step = (typeof steps)[number]
type Reached = Step['orderStatus']

const rankOf = (status: string) => steps.findIndex(({ orderStatus }) => orderStatus === status)

/** What customers, the shop owner and the rider do with a flower-delivery that a test has started. */
export function flowerPeople({ settings }: Started) {
  const url = (service: FlowerService, path: string) => `http://127.0.0.1:${settings.ports[service]}${path}`
  const ask = (service: FlowerService, path: string) => get(url(service, path))
  /** For the gateway; the services themselves need none. */
  const token = (client = 'operator') =>
    askToken({ authUrl: url('auth', ''), folder: join(settings.dir, 'secrets/auth'), client })
  const put = (service: FlowerService, path: string, body: object = {}) =>
    fetchJson(url(service, path), {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body)
    })

  /** An item that no other test has, once it is on the menu. */
  async function addItem(stockCnt: number, wish: ItemWish = {}) {
    const item = { itemName: uniqueName('roses'), storeName: 'KJSHOP', itemPrice: 50_000, ...wish, stockCnt }
    const { status, body, text } = await post(url('item', '/items'), item)
    expect(status, text).toBe(201)
    const itemId: number = body.id
    await eventually(async () => expect((await ask('order', `/menus/${itemId}`)).status).toBe(200))
    return { itemId, ...item }
  }

  const placeOrder = ({ itemId, qty = 1, userName = 'Kim' }: Wish): Promise<Answer> =>
    post(url('order', '/orders'), { itemId, qty, userName })

  const pay = (id: number): Promise<Answer> => post(url('order', `/orders/${id}/payment`), {})

  /** Pays an order whose payment was too slow for its time limit, as on a busy machine. */
  const isPaid = (id: number) =>
    eventually(async () => expect((await pay(id)).body).toMatchObject({ orderStatus: 'PAID' }))

  /** An order that is paid; returns its id. Like a patient customer, it tries again if payment is overloaded. */
  async function order(wish: Wish): Promise<number> {
    const id = await eventually(async () => {
      const { status, body, text } = await placeOrder(wish)
      expect(status, text).toBe(201)
      return body.id as number
    })
    await isPaid(id)
    return id
  }

  const cancel = (id: number): Promise<Answer> => fetchJson(url('order', `/orders/${id}`), { method: 'DELETE' })
  const myPage = async (id: number) => (await ask('order', `/myPages/${id}`)).body
  const stockOf = async (itemId: number): Promise<number> => (await ask('item', `/items/${itemId}`)).body.stockCnt

  /** Waits until MyPage shows an order so; returns the row. */
  const becomes = (id: number, shown: object) =>
    eventually(async () => {
      const row = await myPage(id)
      expect(row).toMatchObject(shown)
      return row
    })

  /** Waits until the shop owner or the rider has the order on the list; returns the row. */
  const isListed = (service: 'shop' | 'delivery', id: number) =>
    eventually(async () => {
      const { status, body } = await ask(service, `/${service === 'shop' ? 'ordermanagements' : 'deliveries'}/${id}`)
      expect(status).toBe(200)
      return body
    })

  /** Does a step of the shop owner or the rider as soon as the order is on the list, unless it is done. */
  async function take(id: number, { service, path, orderStatus }: Step): Promise<void> {
    const { ordermanagementStatus, deliveryStatus } = await isListed(service, id)
    if (rankOf(ordermanagementStatus ?? deliveryStatus) >= rankOf(orderStatus)) return
    const { status, text } = await put(service, `${path}/${id}`)
    expect(status, text).toBe(200)
  }

  /** Lets shop owner and rider bring a paid order as far as that; `after` is called after each step. */
  async function bring(id: number, to: Reached, after?: (reached: Reached) => Promise<unknown>): Promise<void> {
    for (const step of steps.slice(0, rankOf(to) + 1)) {
      await take(id, step)
      await after?.(step.orderStatus)
    }
  }

  async function reject(id: number, reason: string): Promise<void> {
    await isListed('shop', id)
    const { status, text } = await put('shop', `/ordermanagements/reject/${id}`, { reason })
    expect(status, text).toBe(200)
  }

  return {
    url,
    token,
    ask,
    put,
    addItem,
    placeOrder,
    pay,
    isPaid,
    order,
    cancel,
    myPage,
    stockOf,
    becomes,
    isListed,
    bring,
    reject
  }
}
