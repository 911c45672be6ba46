import knex, { type Knex } from 'knex'
import { onTestFinished } from 'vitest'

const camel = (name: string) => name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
const snake = (name: string) => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)

/** The same database through hooks as `knexSnakeCaseMappers` and knex-stringcase set them. */
export function withMappers(db: Knex): Knex {
  return through(db, { wrapIdentifier: (name, wrap) => wrap(snake(name)), postProcessResponse: mapKeys })
}

/** The same database through a driver with these options. */
export function withDriverOptions(db: Knex, options: object): Knex {
  const { connection } = db.client.config
  // knex hides the password from a copy.
  return through(db, { connection: { ...connection, password: connection.password, ...options } })
}

/** The same database through connections that first run this statement. */
export function withSession(db: Knex, sql: string): Knex {
  const afterCreate = (
    connection: { query: (text: string, done: (error: unknown) => void) => void },
    done: () => void
  ) => connection.query(sql, done)
  return through(db, { pool: { min: 0, max: 20, afterCreate } })
}

function through(db: Knex, config: Knex.Config): Knex {
  const { client, connection } = db.client.config
  const made = knex({ client, connection, pool: { min: 0, max: 20 }, ...config })
  onTestFinished(() => made.destroy())
  return made
}

function mapKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mapKeys)
  if (value === null || typeof value !== 'object' || Buffer.isBuffer(value) || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [camel(name), mapKeys(inner)]))
}
