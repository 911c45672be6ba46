import type { Knex } from 'knex'
import { answersAsSent, type Connection } from './driver-answers.ts'

/** The part of knex that the library's own statements use. */
export type PlainKnex = Pick<Knex, 'client' | 'fn' | 'raw'> & ((table: string) => Knex.QueryBuilder)

type Query = { options?: object }

/**
 * The same connections, or the same transaction, without the hooks that rename columns and change answers, such as
 * `knexSnakeCaseMappers`, and without the driver options that do, such as `rowsAsArray`. Every statement of the library
 * goes through it, because its tables keep their names.
 */
export function plain(knex: Knex): PlainKnex {
  const config = { ...knex.client.config, wrapIdentifier: undefined, postProcessResponse: undefined }
  const query = (connection: Connection, sent: Query) => {
    sent.options = { ...sent.options, ...answersAsSent(connection) }
    return knex.client.query(connection, sent)
  }
  const client = Object.create(knex.client, { config: { value: config }, query: { value: query } })
  const from = (table: string) => client.queryBuilder().from(table)
  return Object.assign(from, { client, fn: knex.fn, raw: client.raw.bind(client) })
}
