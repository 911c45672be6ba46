import knex, { type Knex } from 'knex'
import { inject, onTestFinished } from 'vitest'
import type { SharedStack } from './shared-stack.ts'
import { uniqueName } from './unique-name.ts'

export { uniqueName }

/** The engines that all int tests of a run share. Use random names in them. */
export function useStack(): SharedStack {
  return inject('stack')
}

export type TestDatabase = { readonly name: string; readonly url: string; readonly db: Knex; drop(): Promise<void> }

/** A new empty database, with a root knex. The caller drops it; `useDatabase` drops it at the end of the test. */
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

/** A database that `migrate` fills. Its URL is that of an account with a service's grants; `db` is still root. */
export async function createServiceDatabase(
  prefix: string,
  migrate: (url: string) => Promise<void>
): Promise<TestDatabase> {
  const database = await createDatabase(prefix)
  const { db, name, url } = database
  await migrate(url)
  const account = uniqueName('svc')
  await db.raw(`CREATE USER ${account}@'%' IDENTIFIED BY 'pw'`)
  await db.raw(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${name}.* TO ${account}@'%'`)
  return {
    ...database,
    url: `mysql://${account}:pw@${new URL(url).host}/${name}`,
    async drop() {
      await db.raw(`DROP USER ${account}@'%'`)
      await database.drop()
    }
  }
}

/** A new empty database for one test, dropped when the test ends. */
export async function useDatabase(prefix?: string): Promise<TestDatabase> {
  const database = await createDatabase(prefix)
  onTestFinished(() => database.drop())
  return database
}
