import type { Money } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'

export type NewCustomer = { readonly name: string; readonly creditLimit: Money }
export type Customer = NewCustomer & { readonly id: number; readonly reserved: Money; readonly available: Money }

export async function addCustomer(db: Knex, { name, creditLimit }: NewCustomer): Promise<Customer> {
  const [id = 0] = await db('customer').insert({ name, credit_limit: creditLimit })
  return { id, name, creditLimit, reserved: 0n, available: creditLimit }
}

/** One statement, so the limit and what is reserved are of the same moment. */
export async function findCustomer(db: Knex, id: number): Promise<Customer | undefined> {
  const row = await db('customer')
    .where({ id })
    .first('id', 'name', 'credit_limit', { reserved: sumOfReservations(db, id) })
  if (row === undefined) return undefined
  const [creditLimit, reserved] = [BigInt(row.credit_limit), BigInt(row.reserved)]
  return { id: row.id, name: row.name, creditLimit, reserved, available: creditLimit - reserved }
}

type Credit = { readonly creditLimit: Money | undefined; readonly reserved: Money }

/** Locks the customer until the transaction ends, so that orders of one customer are decided one after the other. */
export async function lockCredit(trx: Knex.Transaction, id: number): Promise<Credit> {
  const row = await trx('customer').where({ id }).forUpdate().first('credit_limit')
  if (row === undefined) return { creditLimit: undefined, reserved: 0n }
  const [sum] = await sumOfReservations(trx, id)
  return { creditLimit: BigInt(row.credit_limit), reserved: BigInt(sum.reserved) }
}

const sumOfReservations = (db: Knex, customerId: number) =>
  db('reservation')
    .where({ customer_id: customerId, state: 'APPROVED' })
    .select({ reserved: db.raw('COALESCE(SUM(order_total), 0)') })
