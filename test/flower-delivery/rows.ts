import type { Service } from '@outbox-cdc/flower-delivery/test/model'
import { fetchJson } from '@outbox-cdc/test-support/http'
import type { Flower } from './start-flower.ts'

/** All that the five services know of the orders, and MyPage as its customers see it. */
export type Rows = {
  readonly orders: readonly OrderRow[]
  readonly payments: readonly PaymentRow[]
  readonly reservations: readonly {
    readonly order_id: number
    readonly item_id: number
    readonly qty: number
    readonly state: string
  }[]
  readonly items: readonly { readonly id: number; readonly stock_cnt: number }[]
  readonly shopOrders: readonly { readonly order_id: number; readonly state: string }[]
  readonly deliveries: readonly DeliveryRow[]
  readonly myPages: readonly MyPageRow[]
  /** Events that a service could not take, and those that wait behind them. */
  readonly parked: readonly string[]
}

export type OrderRow = {
  readonly id: number
  readonly item_id: number
  readonly qty: number
  readonly amount: number
  readonly state: string
  readonly reason: string | null
}
export type PaymentRow = {
  readonly order_id: number
  readonly status: string
  readonly amount: number
  readonly refunded: number
}
export type DeliveryRow = {
  readonly order_id: number
  readonly delivery_status: string
  readonly departed_at: Date | null
}
export type MyPageRow = {
  readonly orderId: number
  readonly qty: number
  readonly itemPrice: number
  readonly amount: number
  readonly orderStatus: string
  readonly paymentStatus: string | null
  readonly deliveryStatus: string | null
  readonly reason: string | null
}

/** The tables of each service, without those of the library. */
const tables: Readonly<Record<Service, readonly string[]>> = {
  order: ['customer_order', 'my_page', 'menu_item'],
  payment: ['payment'],
  item: ['item', 'reservation'],
  shop: ['shop_order'],
  delivery: ['delivery']
}

export async function readRows(flower: Flower): Promise<Rows> {
  const { order, payment, item, shop, delivery } = flower.databases
  const [orders, payments, reservations, items, shopOrders, deliveries, myPages, parked] = await Promise.all([
    order('customer_order').orderBy('id'),
    payment('payment').orderBy('order_id'),
    item('reservation').orderBy('order_id'),
    item('item').orderBy('id'),
    shop('shop_order').orderBy('order_id'),
    delivery('delivery').orderBy('order_id'),
    readMyPages(flower),
    readParked(flower)
  ])
  // PostgreSQL's bigints are texts here.
  const numbered = deliveries.map(row => ({ ...row, order_id: Number(row.order_id) }))
  return { orders, payments, reservations, items, shopOrders, deliveries: numbered, myPages, parked }
}

async function readMyPages(flower: Flower): Promise<readonly MyPageRow[]> {
  const rows: MyPageRow[] = []
  for (let page = 0, pages = 1; page < pages; page++) {
    const { status, body, text } = await fetchJson(flower.url('order', `/myPages?size=200&page=${page}`))
    if (status !== 200) throw new Error(`order answers ${status}: ${text}`)
    rows.push(...body.items)
    pages = body.page.totalPages
  }
  return rows
}

async function readParked({ databases }: Flower): Promise<readonly string[]> {
  const found = Object.entries(databases).map(async ([service, db]) =>
    (await db('parked_event').limit(5)).map(row => `${service} has parked ${JSON.stringify(row)}`)
  )
  return (await Promise.all(found)).flat()
}

/** Every row of every table of the five services, as text. */
export async function dumpRows({ databases }: Flower): Promise<readonly string[]> {
  const dumps = Object.entries(tables).flatMap(([service, names]) =>
    names.map(async name => {
      const rows = await databases[service as Service](name).orderByRaw('1')
      return rows.map(row => `${name} ${JSON.stringify(row)}`)
    })
  )
  return (await Promise.all(dumps)).flat()
}
