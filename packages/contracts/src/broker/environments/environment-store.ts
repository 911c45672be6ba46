import { randomUUID } from 'node:crypto'
import { notFound, Problem } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'

export type Environment = {
  readonly id: string
  readonly name: string
  readonly displayName: string
  readonly production: boolean
  readonly contacts: readonly object[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

const columns = {
  id: 'id',
  name: 'name',
  displayName: 'display_name',
  production: 'production',
  contacts: 'contacts',
  createdAt: 'created_at',
  updatedAt: 'updated_at'
}

export async function listEnvironments(db: Knex): Promise<Environment[]> {
  return await db('environment').select(columns).orderBy('name')
}

export async function findEnvironment(db: Knex, name: string): Promise<Environment | undefined> {
  return await db('environment').where({ name }).first(columns)
}

/** Throws a 404. */
export async function requireEnvironment(db: Knex, id: string): Promise<Environment> {
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)
  const found = isId ? await db('environment').where({ id }).first(columns) : undefined
  if (found === undefined) throw notFound(`There is no environment with the id ${id.slice(0, 100)}`)
  return found
}

export type EnvironmentValues = {
  readonly name: string
  readonly displayName: string
  readonly production: boolean
  readonly contacts: readonly object[]
}

const rowOf = ({ name, displayName, production, contacts }: EnvironmentValues) => ({
  name,
  display_name: displayName,
  production,
  contacts: JSON.stringify(contacts)
})

/** Of two at once with the same name, one is a 409. */
export async function createEnvironment(db: Knex, values: EnvironmentValues): Promise<Environment> {
  const id = randomUUID()
  const row = { id, ...rowOf(values) }
  const inserted = await db('environment').insert(row).onConflict('name').ignore().returning('id')
  if (inserted.length === 0) throw taken(values.name)
  return requireEnvironment(db, id)
}

export async function changeEnvironment(db: Knex, id: string, values: EnvironmentValues): Promise<Environment> {
  await requireEnvironment(db, id)
  const other = await findEnvironment(db, values.name)
  if (other !== undefined && other.id !== id) throw taken(values.name)
  await db('environment')
    .where({ id })
    .update({ ...rowOf(values), updated_at: db.fn.now() })
  return requireEnvironment(db, id)
}

/** Its deployments go with it. */
export async function deleteEnvironment(db: Knex, id: string): Promise<void> {
  await requireEnvironment(db, id)
  await db('environment').where({ id }).delete()
}

const taken = (name: string) =>
  new Problem(409, {
    type: 'taken',
    title: 'Not possible',
    detail: `There is an environment ${name} already`,
    errors: [{ field: 'name', message: 'is taken already' }]
  })
