import type { Knex } from 'knex'

/** The part of knex that the library's own statements use. */
export type PlainKnex = Pick<Knex, 'client' | 'fn' | 'raw'> & ((table: string) => Knex.QueryBuilder)

/**
 * The same connections, or the same transaction, without the hooks that rename columns and change answers, such as
 * `knexSnakeCaseMappers`. Every statement of the library goes through it, because its tables keep their names.
 */
export function plain(knex: Knex): PlainKnex {
  const config = { ...knex.client.config, wrapIdentifier: undefined, postProcessResponse: undefined }
  const client = Object.create(knex.client, { config: { value: config } })
  const from = (table: string) => client.queryBuilder().from(table)
  return Object.assign(from, { client, fn: knex.fn, raw: client.raw.bind(client) })
}
