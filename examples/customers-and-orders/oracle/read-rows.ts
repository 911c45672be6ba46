import type { Knex } from 'knex'
import type { CustomerRow, OrderRow, ReservationRow } from './checks.ts'

/** Each query gives up after this long: a check must not weigh on what it checks. */
const limit = '/*+ MAX_EXECUTION_TIME(1500) */'

/** The orders with these ids, by their primary key. */
export async function readOrders(db: Knex, ids: Ids): Promise<readonly OrderRow[]> {
  const rows = await select(db, ids, { table: 'customer_order', id: 'id' })
  return rows.map(({ id, customer_id, order_total, state }) => ({
    id: Number(id),
    customerId: Number(customer_id),
    total: BigInt(order_total ?? 0),
    state
  }))
}

export async function readReservations(db: Knex, ids: Ids): Promise<readonly ReservationRow[]> {
  const rows = await select(db, ids, { table: 'reservation', id: 'order_id' })
  return rows.map(({ id, customer_id, order_total, state }) => ({
    orderId: Number(id),
    customerId: Number(customer_id),
    total: order_total === null ? null : BigInt(order_total),
    state
  }))
}

/** A range of ids, and single ones. */
export type Ids = { readonly from: number; readonly to: number; readonly also: readonly number[] }

type Table = { readonly table: string; readonly id: string }
type Row = {
  readonly id: number | string
  readonly customer_id: number | string
  readonly order_total: number | string | null
  readonly state: string
}

async function select(db: Knex, { from, to, also }: Ids, { table, id }: Table): Promise<readonly Row[]> {
  const columns = `SELECT ${limit} ${id} AS id, customer_id, order_total, state FROM ${table} WHERE ${id}`
  const [rows] = await db.raw(`${columns} BETWEEN ? AND ?`, [from, to])
  if (also.length === 0) return rows
  const [others] = await db.raw(`${columns} IN (${placesOf(also)})`, [...also])
  return [...rows, ...others.filter((row: Row) => Number(row.id) < from || Number(row.id) > to)]
}

/** What is reserved of each customer, in one statement: the sum and the limit are of the same moment. */
export async function readCustomers(db: Knex, ids: readonly number[]): Promise<readonly CustomerRow[]> {
  if (ids.length === 0) return []
  const [rows] = await db.raw(
    `SELECT ${limit} r.customer_id AS id, MAX(c.credit_limit) AS credit_limit, SUM(r.order_total) AS reserved
       FROM reservation r LEFT JOIN customer c ON c.id = r.customer_id
      WHERE r.customer_id IN (${placesOf(ids)}) AND r.state = 'APPROVED' GROUP BY r.customer_id`,
    [...ids]
  )
  return rows.map((row: { id: number; credit_limit: number | string | null; reserved: string | null }) => ({
    id: Number(row.id),
    limit: row.credit_limit === null ? undefined : BigInt(row.credit_limit),
    reserved: BigInt(row.reserved ?? 0)
  }))
}

const placesOf = (values: readonly unknown[]) => values.map(() => '?').join()

/** The highest id of a table; 0 if it is empty. */
export async function lastId(db: Knex, table: 'customer' | 'customer_order'): Promise<number> {
  const [rows] = await db.raw(`SELECT ${limit} MAX(id) AS id FROM ${table}`)
  return Number(rows[0]?.id ?? 0)
}
