import knex, { type Knex } from 'knex'
import { inject, onTestFinished } from 'vitest'
import type { SharedStack } from './shared-stack.ts'
import { uniqueName } from './unique-name.ts'

export { uniqueName }

/** The engines that the whole run of int tests shares. Use random names in them: others are there too. */
export function useStack(): SharedStack {
  return inject('stack')
}

export type TestDatabase = { readonly name: string; readonly url: string; readonly db: Knex; drop(): Promise<void> }

/** A new empty database with a root knex on it. The caller drops it; see `useDatabase` for one that drops itself. */
export async function createDatabase(prefix = 'test'): Promise<TestDatabase> {
  const { mysql } = useStack()
  const name = uniqueName(prefix)
  const url = `mysql://root:${mysql.rootPassword}@${mysql.host}:${mysql.port}`
  const server = knex({ client: 'mysql2', connection: url, pool: { min: 0, max: 1 } })
  await server.raw('CREATE DATABASE ??', [name])
  const db = knex({
    client: 'mysql2',
    connection: {
      host: mysql.host,
      port: mysql.port,
      user: 'root',
      password: mysql.rootPassword,
      database: name,
      timezone: 'Z'
    },
    pool: { min: 0, max: 20 }
  })
  return {
    name,
    url: `${url}/${name}`,
    db,
    async drop() {
      await db.destroy()
      await server.raw('DROP DATABASE ??', [name])
      await server.destroy()
    }
  }
}

/** A new empty database for one test, dropped when the test ends. */
export async function useDatabase(prefix?: string): Promise<TestDatabase> {
  const database = await createDatabase(prefix)
  onTestFinished(() => database.drop())
  return database
}
