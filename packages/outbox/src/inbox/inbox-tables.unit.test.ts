import knex, { type Knex } from 'knex'
import { expect, it } from 'vitest'
import { isPostgres } from './inbox-tables.ts'

const { client: Postgres } = knex({ client: 'pg' })
class OwnDriver extends Postgres.constructor {}

it.each([
  ['pg', 'pg', true],
  ['postgres', 'postgres', true],
  ['cockroachdb', 'cockroachdb', true],
  ['a client class of its own, as PGlite has one', OwnDriver as unknown as typeof Knex.Client, true],
  ['mysql2', 'mysql2', false]
])('recognises PostgreSQL by the dialect of %s', async (_, client, expected) => {
  expect(isPostgres(knex({ client }))).toBe(expected)
})
