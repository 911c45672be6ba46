import { appendToOutbox, type MessageContext } from '@outbox-cdc/outbox'
import { readNumberedPage } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'
import { itemEvents } from './events.ts'

/** What can change about an item. */
export type Terms = { readonly itemPrice: number; readonly stockCnt: number }
export type NewItem = Terms & { readonly itemName: string; readonly storeName: string }
export type Item = NewItem & { readonly id: number }

/** An item whose row is locked, and how many events it has published. */
export type LockedItem = Item & { readonly events: number }

const columns = {
  id: 'id',
  itemName: 'item_name',
  storeName: 'store_name',
  itemPrice: 'item_price',
  stockCnt: 'stock_cnt'
}

/** The fields that lists can be sorted by, and their columns. */
export const sortable: Readonly<Record<string, string>> = columns

export async function addItem(trx: Knex.Transaction, item: NewItem, context: MessageContext): Promise<Item> {
  const { itemName, storeName, itemPrice, stockCnt } = item
  const row = { item_name: itemName, store_name: storeName, item_price: itemPrice, stock_cnt: stockCnt, events: 1 }
  const [id = 0] = await trx('item').insert(row)
  const event = { ...context, aggregateId: id, aggregateVersion: 1, payload: item }
  await appendToOutbox(trx, itemEvents.item_registered(event))
  return { id, ...item }
}

export async function findItem(db: Knex, id: number): Promise<Item | undefined> {
  return db('item').where({ id }).first(columns)
}

export const listItems = (db: Knex, page: Parameters<typeof readNumberedPage>[1]) =>
  readNumberedPage<Item>(db('item').select(columns), page)

/** Locks an item until the transaction ends, so that orders and changes of one item take turns. */
export async function lockItem(trx: Knex.Transaction, id: number): Promise<LockedItem | undefined> {
  return trx('item')
    .where({ id })
    .forUpdate()
    .first({ ...columns, events: 'events' })
}

/** Gives an item other terms and announces them. A repeat changes nothing. Undefined if there is no such item. */
export async function changeItem(
  trx: Knex.Transaction,
  { id, ...terms }: Terms & { readonly id: number },
  context: MessageContext
): Promise<Item | undefined> {
  const locked = await lockItem(trx, id)
  if (locked === undefined) return undefined
  const { events: _, ...item } = locked
  const isSame = item.itemPrice === terms.itemPrice && item.stockCnt === terms.stockCnt
  if (!isSame) await writeTerms(trx, { ...locked, ...terms }, context)
  return { ...item, ...terms }
}

/** Writes price and stock of an item that is locked, and announces them. */
export async function writeTerms(
  trx: Knex.Transaction,
  { id, itemPrice, stockCnt, events }: LockedItem,
  context: MessageContext = {}
): Promise<void> {
  const aggregateVersion = events + 1
  const row = { item_price: itemPrice, stock_cnt: stockCnt, events: aggregateVersion }
  await trx('item').where({ id }).update(row)
  const event = { ...context, aggregateId: id, aggregateVersion, payload: { stockCnt, itemPrice } }
  await appendToOutbox(trx, itemEvents.stock_changed(event))
}
