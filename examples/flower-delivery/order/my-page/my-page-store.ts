import { readNumberedPage } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'
import { type Details, type FactName, type Facts, type News, withFact } from './facts.ts'
import { type Status, statusOf } from './status.ts'

/** The table that the API reads. A rebuild writes another one. */
export const myPage = 'my_page'

/** The columns of each kind of event, beside its time. No two kinds share a column. */
const columns: Readonly<Record<FactName, Readonly<Record<string, string>>>> = {
  ordered: {
    itemId: 'item_id',
    itemName: 'item_name',
    storeName: 'store_name',
    userName: 'user_name',
    qty: 'qty',
    itemPrice: 'item_price',
    amount: 'amount'
  },
  paid: {},
  payment_cancelled: { refunded: 'refunded' },
  payment_forcibly_cancelled: {},
  item_out_of_stock: {},
  received: {},
  decorated: {},
  rejected: { rejectReason: 'reject_reason' },
  registration_cancelled: {},
  departed_for_delivery: {},
  delivery_completed: {},
  delivery_cancelled: {},
  delivery_cancel_refused: {},
  order_cancel_requested: { cancelRequestReason: 'cancel_request_reason' },
  order_cancelled: { cancelReason: 'cancel_reason' }
}
const names = Object.keys(columns) as FactName[]
const timeColumn = (name: FactName) => `${name}_at`

/** Writes what an event tells into its own columns of the order's row, whatever came before. */
export async function recordFact<Name extends FactName>(
  trx: Knex.Transaction,
  table: string,
  { orderId, name, fact }: News<Name>
): Promise<void> {
  // Creates the row, or locks it.
  await trx(table).insert({ order_id: orderId }).onConflict().merge(['order_id'])
  const row: Row = await trx(table).where({ order_id: orderId }).first()
  const facts = factsOf(row)
  if (withFact(facts, name, fact) === facts) return
  await trx(table).where({ order_id: orderId }).update(rowOf(name, fact))
}

export type MyPage = { readonly orderId: number } & Details['ordered'] & Status

/** The row of an order; undefined until the event `ordered` has come. */
export async function findMyPage(db: Knex, orderId: number): Promise<MyPage | undefined> {
  const row: Row | undefined = await placed(db).where({ order_id: orderId }).first()
  return row && pageOf(row)
}

export const sortableMyPages = { orderId: 'order_id', userName: 'user_name' }

type PageRequest = Parameters<typeof readNumberedPage>[1]

export async function listMyPages(db: Knex, request: PageRequest) {
  const { items, page } = await readNumberedPage<Row>(placed(db), request)
  return { items: items.map(pageOf), page }
}

const placed = (db: Knex) => db(myPage).whereNotNull(timeColumn('ordered'))

type Row = Readonly<Record<string, unknown>> & { readonly order_id: number }

function pageOf(row: Row): MyPage {
  const { ordered, ...rest } = factsOf(row)
  if (ordered === undefined) throw new Error(`Order ${row.order_id} was never placed`)
  const { at, ...details } = ordered
  return { orderId: row.order_id, ...details, ...statusOf({ ordered: { at, ...details }, ...rest }) }
}

function factsOf(row: Row): Facts {
  const seen = names.filter(name => row[timeColumn(name)] !== null)
  return Object.fromEntries(seen.map(name => [name, factOf(row, name)]))
}

function factOf(row: Row, name: FactName) {
  const details = Object.entries(columns[name]).map(([field, column]) => [field, row[column]])
  return { at: row[timeColumn(name)], ...Object.fromEntries(details) }
}

function rowOf(name: FactName, fact: object): Readonly<Record<string, unknown>> {
  const values: Readonly<Record<string, unknown>> = { ...fact }
  const details = Object.entries(columns[name]).map(([field, column]) => [column, values[field]])
  return { [timeColumn(name)]: values['at'], ...Object.fromEntries(details) }
}
