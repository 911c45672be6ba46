import { type Money, readPage } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'

export type NewProduct = { readonly name: string; readonly price: Money }
export type Product = NewProduct & { readonly id: number }

const columns = ['id', 'name', 'price'] as const
type Row = { readonly id: number; readonly name: string; readonly price: number }

const inRow = ({ id, name, price }: Row): Product => ({ id, name, price: BigInt(price) })

export async function addProduct(db: Knex, product: NewProduct): Promise<Product> {
  const [id = 0] = await db('product').insert(product)
  return { id, ...product }
}

export async function findProduct(db: Knex, by: { id: number } | { name: string }): Promise<Product | undefined> {
  const row: Row | undefined = await db('product').where(by).first(columns)
  return row && inRow(row)
}

export async function listProducts(db: Knex, page: Parameters<typeof readPage>[1]) {
  const { items, next } = await readPage<Row>(db('product').select(columns), page)
  return { items: items.map(inRow), next }
}

/** False if there is no such product. */
export async function changeProduct(db: Knex, { id, ...product }: Product): Promise<boolean> {
  return (await db('product').where({ id }).update(product)) > 0
}

/** False if there is no such product. */
export async function removeProduct(db: Knex, id: number): Promise<boolean> {
  return (await db('product').where({ id }).delete()) > 0
}
