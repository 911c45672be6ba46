import { appendToOutbox, type MessageContext } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'
import { purchaseCompleted } from './events.ts'
import type { Order, Quote } from './quote.ts'

export type Purchase = Order &
  Quote & {
    readonly id: number
    readonly state: 'QUOTED' | 'COMPLETED'
    readonly createdAt: Date
    readonly completedAt: Date | null
  }

type Row = {
  readonly id: number
  readonly state: Purchase['state']
  readonly buyer_name: string
  readonly address: string
  readonly product_name: string
  readonly quantity: number
  readonly unit_price: number
  readonly expires_at: Date
  readonly created_at: Date
  readonly completed_at: Date | null
}

export async function addPurchase(db: Knex, purchase: Order & Quote): Promise<Purchase> {
  const { buyerName, productName, quantity, address, unitPrice, expiresAt } = purchase
  const [state, createdAt] = ['QUOTED', new Date()] as const
  const [id = 0] = await db('purchase').insert({
    state,
    buyer_name: buyerName,
    address,
    product_name: productName,
    quantity,
    unit_price: unitPrice,
    expires_at: expiresAt,
    created_at: createdAt
  })
  return { id, state, ...purchase, createdAt, completedAt: null }
}

export async function findPurchase(db: Knex, id: number): Promise<Purchase | undefined> {
  return inRow(await db('purchase').where({ id }).first())
}

/** The same, and it stays as it is until the transaction ends. */
export async function lockPurchase(trx: Knex.Transaction, id: number): Promise<Purchase | undefined> {
  return inRow(await trx('purchase').where({ id }).forUpdate().first())
}

export async function replaceQuote(trx: Knex.Transaction, purchase: Purchase, quote: Quote): Promise<Purchase> {
  const { address, unitPrice, expiresAt } = quote
  await trx('purchase').where({ id: purchase.id }).update({ address, unit_price: unitPrice, expires_at: expiresAt })
  return { ...purchase, ...quote }
}

/** Completes a purchase and announces it: both happen when `trx` commits, or neither. */
export async function completePurchase(
  trx: Knex.Transaction,
  purchase: Purchase,
  context: MessageContext
): Promise<Purchase> {
  const { id, buyerName: recipient, address, productName: product, quantity, unitPrice } = purchase
  const [state, completedAt] = ['COMPLETED', new Date()] as const
  await trx('purchase').where({ id }).update({ state, completed_at: completedAt })
  const payload = { recipient, address, product, quantity, unitPrice, total: totalOf(purchase) }
  await appendToOutbox(
    trx,
    purchaseCompleted({
      ...context,
      aggregateId: id,
      aggregateVersion: 1,
      payload: { ...payload, completedAt: completedAt.toISOString() }
    })
  )
  return { ...purchase, state, completedAt }
}

export const totalOf = ({ unitPrice, quantity }: Purchase) => unitPrice * BigInt(quantity)

function inRow(row: Row | undefined): Purchase | undefined {
  return (
    row && {
      id: row.id,
      state: row.state,
      buyerName: row.buyer_name,
      address: row.address,
      productName: row.product_name,
      quantity: row.quantity,
      unitPrice: BigInt(row.unit_price),
      expiresAt: row.expires_at,
      createdAt: row.created_at,
      completedAt: row.completed_at
    }
  )
}
