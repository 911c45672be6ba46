import { readNumberedPage } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'

export type MenuItem = {
  readonly itemId: number
  readonly itemName: string
  readonly storeName: string
  readonly itemPrice: number
  readonly stockCnt: number
  readonly soldOut: boolean
}

/** What an event tells of an item; its names are told once. */
export type ItemNews = Pick<MenuItem, 'itemId' | 'itemPrice' | 'stockCnt'> & {
  readonly itemName?: string
  readonly storeName?: string
  /** Counts the events of the item. */
  readonly version: number
}

/** The table that the API reads. A rebuild writes another one. */
export const menu = 'menu_item'

/** Takes over price and stock, unless a newer event has told them before. */
export async function updateMenu(trx: Knex.Transaction, table: string, news: ItemNews): Promise<void> {
  const { itemName = null, storeName = null, ...told } = news
  // MySQL assigns from left to right, so the version comes last.
  await trx.raw(
    `INSERT INTO :table: (item_id, item_name, store_name, item_price, stock_cnt, version)
     VALUES (:itemId, :itemName, :storeName, :itemPrice, :stockCnt, :version) AS news
     ON DUPLICATE KEY UPDATE
       item_name  = COALESCE(news.item_name, :table:.item_name),
       store_name = COALESCE(news.store_name, :table:.store_name),
       item_price = IF(news.version >= :table:.version, news.item_price, :table:.item_price),
       stock_cnt  = IF(news.version >= :table:.version, news.stock_cnt, :table:.stock_cnt),
       version    = GREATEST(news.version, :table:.version)`,
    { table, itemName, storeName, ...told }
  )
}

/** An item that was registered. */
export async function findMenuItem(db: Knex, itemId: number): Promise<MenuItem | undefined> {
  const row: Row | undefined = await registered(db).where({ item_id: itemId }).first()
  return row && itemOf(row)
}

export const sortableMenu = { itemId: 'item_id', itemName: 'item_name', itemPrice: 'item_price' }

type PageRequest = Parameters<typeof readNumberedPage>[1]

export async function listMenu(db: Knex, request: PageRequest) {
  const { items, page } = await readNumberedPage<Row>(registered(db), request)
  return { items: items.map(itemOf), page }
}

const registered = (db: Knex) => db(menu).whereNotNull('item_name')

type Row = {
  readonly item_id: number
  readonly item_name: string
  readonly store_name: string
  readonly item_price: number
  readonly stock_cnt: number
}

const itemOf = (row: Row): MenuItem => ({
  itemId: row.item_id,
  itemName: row.item_name,
  storeName: row.store_name,
  itemPrice: row.item_price,
  stockCnt: row.stock_cnt,
  soldOut: row.stock_cnt < 1
})
