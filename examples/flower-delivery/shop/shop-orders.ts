import { appendToOutbox, type EventInput, type MessageContext, type OutboundEvent } from '@outbox-cdc/outbox'
import { readNumberedPage } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'
import { shopEvents } from './events.ts'
import { type ShopOrderState, shopOrderStates, type ShopOrderTrigger } from './shop-order-states.ts'

/** What the shop has to know of an order. */
export type Registration = {
  readonly itemId: number
  readonly itemName: string
  readonly storeName: string
  readonly userName: string
  readonly qty: number
}

/** The states of the orders that have come. */
export type Status = Exclude<ShopOrderState, 'CANCEL_ASKED'>

export type ShopOrder = Registration & {
  readonly orderId: number
  readonly ordermanagementStatus: Status
  readonly reason: string | null
}

const columns = {
  orderId: 'order_id',
  itemId: 'item_id',
  itemName: 'item_name',
  storeName: 'store_name',
  userName: 'user_name',
  qty: 'qty',
  ordermanagementStatus: 'state',
  reason: 'reason'
}

/** The fields that lists can be sorted by, and their columns. */
export const sortable: Readonly<Record<string, string>> = columns

// An order whose cancellation has overtaken it isn't here yet.
const come = (db: Knex) => db('shop_order').whereNotNull('registered_at').select(columns)

export async function findShopOrder(db: Knex, orderId: number): Promise<ShopOrder | undefined> {
  return come(db).where({ order_id: orderId }).first()
}

type PageRequest = Parameters<typeof readNumberedPage>[1] & { readonly status?: Status | undefined }

export function listShopOrders(db: Knex, { status, ...page }: PageRequest) {
  const query = come(db)
  if (status !== undefined) void query.where({ state: status })
  return readNumberedPage<ShopOrder>(query, page)
}

type Cause = {
  readonly trigger: ShopOrderTrigger
  /** Of an order that comes. */
  readonly registration?: Registration
  /** Of a rejection. */
  readonly reason?: string | undefined
  readonly context?: MessageContext
}

/** Does to an order what its table says; undefined if the shop has never heard of it, and `trigger` isn't what it hears first. */
export async function changeShopOrder(trx: Knex.Transaction, orderId: number, { trigger, context, ...more }: Cause) {
  const row: Row | undefined = await trx('shop_order').where({ order_id: orderId }).forUpdate().first()
  const step = row === undefined ? first[trigger] : steps[row.state][trigger]
  if (step === undefined || typeof step === 'string') return step
  const { to: state, publishes } = step
  const events = (row?.events ?? 0) + (publishes === undefined ? 0 : 1)
  const change = { ...columnsFor(more), ...(trigger === 'decorate' && { decorated_at: new Date() }), state, events }
  if (row === undefined) await trx('shop_order').insert({ order_id: orderId, ...change })
  else await trx('shop_order').where({ order_id: orderId }).update(change)
  if (publishes !== undefined) {
    const input = { ...context, aggregateId: orderId, aggregateVersion: events }
    await appendToOutbox(trx, eventOf(publishes, input, { ...row, ...change } as Row))
  }
  return state
}

type Step = 'unchanged' | 'refused' | { readonly to: ShopOrderState; readonly publishes?: keyof typeof shopEvents }
const first: Readonly<Partial<Record<ShopOrderTrigger, Step>>> = shopOrderStates.first
const steps: Readonly<Record<ShopOrderState, Readonly<Record<ShopOrderTrigger, Step>>>> = shopOrderStates.steps

/** While it's CANCEL_ASKED, an order has no names, and publishes nothing that needs them. */
type Row = {
  readonly state: ShopOrderState
  readonly item_name: string
  readonly store_name: string
  readonly user_name: string
  readonly qty: number
  readonly reason: string | null
  readonly events: number
}

function columnsFor({ registration, reason }: Pick<Cause, 'registration' | 'reason'>) {
  if (registration === undefined) return reason === undefined ? {} : { reason }
  const { itemId, itemName, storeName, userName, qty } = registration
  const names = { item_name: itemName, store_name: storeName, user_name: userName }
  return { item_id: itemId, ...names, qty, registered_at: new Date() }
}

function eventOf(name: keyof typeof shopEvents, input: Omit<EventInput<never>, 'payload'>, row: Row): OutboundEvent {
  const { store_name: storeName, item_name: itemName, user_name: userName, qty, reason } = row
  switch (name) {
    case 'decorated':
      return shopEvents.decorated({ ...input, payload: { storeName, itemName, userName, qty } })
    case 'rejected':
      return shopEvents.rejected({ ...input, payload: { reason: reason ?? '' } })
    case 'received':
    case 'registration_cancelled':
      return shopEvents[name]({ ...input, payload: {} })
  }
}
