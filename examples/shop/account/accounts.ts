import { readPage } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'

export type NewAccount = { readonly name: string; readonly address: string }
export type Account = NewAccount & { readonly id: number }

const columns = ['id', 'name', 'address'] as const

export async function addAccount(db: Knex, account: NewAccount): Promise<Account> {
  const [id = 0] = await db('account').insert(account)
  return { id, ...account }
}

export async function findAccount(db: Knex, by: { id: number } | { name: string }): Promise<Account | undefined> {
  return db('account').where(by).first(columns)
}

export const listAccounts = (db: Knex, page: Parameters<typeof readPage>[1]) =>
  readPage<Account>(db('account').select(columns), page)

/** False if there is no such account. */
export async function changeAccount(db: Knex, { id, ...account }: Account): Promise<boolean> {
  return (await db('account').where({ id }).update(account)) > 0
}

/** False if there is no such account. */
export async function removeAccount(db: Knex, id: number): Promise<boolean> {
  return (await db('account').where({ id }).delete()) > 0
}
