import { readPage } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'

export type NewDelivery = {
  /** That of its purchase. */
  readonly id: number
  readonly recipient: string
  readonly address: string
  readonly product: string
  readonly quantity: number
}

export type Delivery = NewDelivery & {
  readonly state: 'OPEN' | 'RECEIVED'
  readonly openedAt: Date
  readonly receivedAt: Date | null
}

const columns = {
  id: 'id',
  recipient: 'recipient',
  address: 'address',
  product: 'product',
  quantity: 'quantity',
  state: 'state',
  openedAt: 'opened_at',
  receivedAt: 'received_at'
}

/** Opens a delivery. One that exists stays as it is, also when it was received long ago. */
export async function openDelivery(trx: Knex.Transaction, delivery: NewDelivery): Promise<void> {
  // Not INSERT IGNORE, which would cut off what doesn't fit.
  await trx('delivery')
    .insert({ ...delivery, state: 'OPEN' })
    .onConflict()
    .merge(['id'])
}

export async function findDelivery(db: Knex, id: number): Promise<Delivery | undefined> {
  return db('delivery').where({ id }).first(columns)
}

export const listOpen = (db: Knex, page: Parameters<typeof readPage>[1]) =>
  readPage<Delivery>(db('delivery').where({ state: 'OPEN' }).select(columns), page)

/** Takes a delivery off the list. A repeat changes nothing. */
export async function receiveDelivery(db: Knex, id: number): Promise<Delivery | undefined> {
  await db('delivery')
    .where({ id, state: 'OPEN' })
    .update({ state: 'RECEIVED', received_at: db.fn.now(6) })
  return findDelivery(db, id)
}
