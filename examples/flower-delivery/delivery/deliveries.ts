import { appendToOutbox, type MessageContext } from '@outbox-cdc/outbox'
import { type numberedQuerySchema, readNumberedPage } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'
import type { z } from 'zod'
import { type DeliveryState, deliveryStates, type DeliveryTrigger } from './delivery-states.ts'
import { deliveryEvents } from './events.ts'

type Wanted = {
  readonly storeName: string
  readonly itemName: string
  readonly qty: number
  readonly userName: string
}

/** A delivery as the rider sees it. */
export type Delivery = Wanted & {
  readonly orderId: number
  readonly deliveryStatus: Exclude<DeliveryState, 'CANCEL_ASKED'>
  readonly requestedAt: Date
  readonly departedAt: Date | null
  readonly completedAt: Date | null
  readonly cancelledAt: Date | null
}

const columns = {
  orderId: 'order_id',
  storeName: 'store_name',
  itemName: 'item_name',
  qty: 'qty',
  userName: 'user_name',
  deliveryStatus: 'delivery_status',
  requestedAt: 'requested_at',
  departedAt: 'departed_at',
  completedAt: 'completed_at',
  cancelledAt: 'cancelled_at'
}

/** Puts a decorated order on the rider's list, unless its cancellation has come before it. */
export async function requestDelivery(trx: Knex.Transaction, orderId: number, wanted: Wanted): Promise<void> {
  const { storeName: store_name, itemName: item_name, qty, userName: user_name } = wanted
  const details = { store_name, item_name, qty, user_name, requested_at: trx.fn.now() }
  if (await insertFirst(trx, { orderId, trigger: 'decorated', details })) return
  await changeDelivery(trx, orderId, { trigger: 'decorated', details })
}

/** Cancels the delivery of an order, or refuses to. An order that isn't known yet is cancelled when it comes. */
export async function askToCancel(trx: Knex.Transaction, orderId: number): Promise<void> {
  const trigger = 'order_cancel_requested'
  if (await insertFirst(trx, { orderId, trigger })) return
  await changeDelivery(trx, orderId, { trigger })
}

type First = {
  readonly orderId: number
  readonly trigger: keyof typeof deliveryStates.first
  readonly details?: Readonly<Record<string, Knex.Value | Knex.Raw>>
}

// Two events about one order may come at once, by two topics: the second waits here until the first one is committed.
async function insertFirst(trx: Knex.Transaction, { orderId, trigger, details = {} }: First): Promise<boolean> {
  const { to } = deliveryStates.first[trigger]
  const inserted = await trx('delivery')
    .insert({ order_id: orderId, ...details, delivery_status: to, events: 0 })
    .onConflict('order_id')
    .ignore()
    .returning('order_id')
  return inserted.length > 0
}

type Cause = {
  readonly trigger: DeliveryTrigger
  /** What the trigger says, for the columns that it fills. */
  readonly details?: First['details']
  readonly context?: MessageContext
}

/** Does to a delivery what its table says; undefined if there is none. */
export async function changeDelivery(
  trx: Knex.Transaction,
  orderId: number,
  { trigger, details = {}, context = {} }: Cause
): Promise<DeliveryState | 'unchanged' | 'refused' | undefined> {
  const row: Row | undefined = await trx('delivery').where({ order_id: orderId }).forUpdate().first()
  if (row === undefined) return undefined
  const step: Step = deliveryStates.steps[row.delivery_status][trigger]
  if (typeof step === 'string') return step
  const { to, publishes } = step
  const events = row.events + (publishes === undefined ? 0 : 1)
  const entered = to === row.delivery_status ? {} : { [`${to.toLowerCase()}_at`]: trx.fn.now() }
  await trx('delivery')
    .where({ order_id: orderId })
    .update({ ...details, ...entered, delivery_status: to, events })
  if (publishes !== undefined) {
    const event = { ...context, aggregateId: orderId, aggregateVersion: events, payload: {} }
    await appendToOutbox(trx, deliveryEvents[publishes](event))
  }
  return to
}

type Step = 'unchanged' | 'refused' | { readonly to: DeliveryState; readonly publishes?: keyof typeof deliveryEvents }
type Row = { readonly delivery_status: DeliveryState; readonly events: number }

// A cancellation whose order hasn't come is no delivery.
const deliveries = (db: Knex) => db('delivery').whereNotNull('requested_at').select(columns)

export async function findDelivery(db: Knex, orderId: number): Promise<Delivery | undefined> {
  return deliveries(db).where({ order_id: orderId }).first()
}

type Page = z.output<ReturnType<typeof numberedQuerySchema>>

export function listDeliveries(db: Knex, status: DeliveryState | undefined, page: Page) {
  const query = deliveries(db)
  if (status !== undefined) void query.where({ delivery_status: status })
  return readNumberedPage<Delivery>(query, page)
}
