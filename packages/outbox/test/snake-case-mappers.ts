import knex, { type Knex } from 'knex'
import { onTestFinished } from 'vitest'

const camel = (name: string) => name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
const snake = (name: string) => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)

/** The same database through hooks as `knexSnakeCaseMappers` and knex-stringcase set them. */
export function withMappers(db: Knex): Knex {
  const { client, connection } = db.client.config
  const mapped = knex({
    client,
    connection,
    pool: { min: 0, max: 20 },
    wrapIdentifier: (name, wrap) => wrap(snake(name)),
    postProcessResponse: mapKeys
  })
  onTestFinished(() => mapped.destroy())
  return mapped
}

function mapKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mapKeys)
  if (value === null || typeof value !== 'object' || Buffer.isBuffer(value) || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [camel(name), mapKeys(inner)]))
}
