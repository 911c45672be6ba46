import { drizzle as drizzleMysql } from 'drizzle-orm/mysql2'
import { drizzle as drizzlePostgres } from 'drizzle-orm/node-postgres'
import { sql } from 'drizzle-orm'
import type { Knex } from 'knex'
import {
  CamelCasePlugin,
  type Dialect,
  Kysely,
  MysqlDialect,
  PostgresDialect,
  sql as kyselySql,
  type Transaction
} from 'kysely'
import { createPool } from 'mysql2'
import pg from 'pg'
import { DataSource, DefaultNamingStrategy, type DataSourceOptions } from 'typeorm'
import { onTestFinished } from 'vitest'
import type { TransactionsUnderTest } from '../src/testing/transaction-contract.ts'
import { drizzleTransaction } from '../src/transactions/drizzle.ts'
import { kyselyTransaction } from '../src/transactions/kysely.ts'
import { mysql2Transaction } from '../src/transactions/mysql2.ts'
import { pgTransaction } from '../src/transactions/pg.ts'
import { type PrismaTransactionClient, prismaTransaction } from '../src/transactions/prisma.ts'
import { typeormTransaction } from '../src/transactions/typeorm.ts'
import { withMappers } from './callers-knex.ts'
import { openPrisma } from './prisma-client.ts'
import type { Watched } from './watched-databases.ts'

/** A library's part of the subject; `Watched` has the rest. */
type Library = Pick<TransactionsUnderTest, 'transaction' | 'nested' | 'withoutTransaction'>

class ShoutedNames extends DefaultNamingStrategy {
  override columnName(name: string): string {
    return name.toUpperCase()
  }
}

/** Each with the hooks that it has to rename columns: they must change nothing. */
const libraries: Readonly<Record<string, (database: Watched) => Library>> = {
  knex: ({ db }) => ({
    transaction: work => withMappers(db).transaction(trx => work(trx, text => trx.raw(text))),
    nested: work => withMappers(db).transaction(trx => work(trx, inside => trx.transaction(inside))),
    withoutTransaction: () => db as Knex.Transaction
  }),
  mysql2({ url }) {
    const pool = createPool(url).promise()
    onTestFinished(() => pool.end())
    return {
      async transaction(work) {
        const connection = await pool.getConnection()
        await connection.beginTransaction()
        await ending(
          connection,
          work(mysql2Transaction(connection), text => connection.query(text))
        )
      },
      withoutTransaction: async () => {
        const connection = await pool.getConnection()
        connection.release()
        return mysql2Transaction(connection)
      }
    }
  },
  pg({ url }) {
    const pool = silentPool(url)
    return {
      async transaction(work) {
        const client = await pool.connect()
        const end = (how: string) => client.query(how)
        await end('BEGIN')
        const control = {
          commit: () => end('COMMIT'),
          rollback: () => end('ROLLBACK'),
          release: () => client.release()
        }
        await ending(
          control,
          work(pgTransaction(client), text => client.query(text))
        )
      },
      withoutTransaction: async () => {
        const client = await pool.connect()
        client.release()
        return pgTransaction(client)
      }
    }
  },
  drizzle({ url }) {
    const db = url.startsWith('mysql') ? onMysql() : drizzlePostgres({ client: silentPool(url), casing: 'camelCase' })
    function onMysql() {
      const pool = createPool(url)
      onTestFinished(() => pool.promise().end())
      return drizzleMysql({ client: pool, casing: 'camelCase' })
    }
    type Tx = Parameters<typeof drizzleTransaction>[0] & {
      transaction(work: (tx: Tx) => Promise<void>): Promise<void>
    }
    const asTx = db as unknown as Tx
    return {
      transaction: work =>
        asTx.transaction(tx => work(drizzleTransaction(tx), text => Promise.resolve(tx.execute(sql.raw(text))))),
      nested: work =>
        asTx.transaction(tx =>
          work(drizzleTransaction(tx), inside => tx.transaction(inner => inside(drizzleTransaction(inner))))
        ),
      withoutTransaction: () => drizzleTransaction(asTx)
    }
  },
  kysely({ url }) {
    const db = new Kysely<object>({ dialect: kyselyDialect(url), plugins: [new CamelCasePlugin()] })
    onTestFinished(() => db.destroy())
    return {
      transaction: work =>
        db.transaction().execute(trx => work(kyselyTransaction(trx), text => kyselySql.raw(text).execute(trx))),
      withoutTransaction: () => kyselyTransaction(db as Transaction<object>)
    }
  },
  prisma({ url }) {
    const prisma = openPrisma(url)
    onTestFinished(() => prisma.$disconnect())
    const opened = (tx: PrismaTransactionClient) => prismaTransaction(tx, 'postgresql')
    return {
      transaction: work =>
        prisma.$transaction(tx => work(opened(tx), text => Promise.resolve(tx.$executeRawUnsafe(text)))),
      nested: work =>
        prisma.$transaction(tx => work(opened(tx), inside => tx.$transaction(inner => inside(opened(inner))))),
      withoutTransaction: () => opened(prisma)
    }
  },
  typeorm({ url }) {
    const type = url.startsWith('mysql') ? 'mysql' : 'postgres'
    const namingStrategy = new ShoutedNames()
    const dataSource = new DataSource({ type, url, connectorPackage: 'mysql2', namingStrategy } as DataSourceOptions)
    const opened = dataSource.initialize()
    onTestFinished(async () => (await opened).destroy())
    return {
      transaction: async work =>
        (await opened).transaction(manager => work(typeormTransaction(manager), text => manager.query(text))),
      nested: async work =>
        (await opened).transaction(manager =>
          work(typeormTransaction(manager), inside => manager.transaction(inner => inside(typeormTransaction(inner))))
        ),
      withoutTransaction: async () => typeormTransaction((await opened).manager)
    }
  }
}

export const onMysql = ['knex', 'mysql2', 'drizzle', 'kysely', 'typeorm'] as const
export const onPostgres = ['knex', 'pg', 'drizzle', 'kysely', 'prisma', 'typeorm'] as const

/** A library's transactions on a database that is watched. */
export function transactionsOf(library: string, watched: Watched): TransactionsUnderTest {
  const made = libraries[library]?.(watched)
  if (made === undefined) throw new Error(`no library ${library}`)
  const { outbox, kill, published } = watched
  return { ...made, outbox, kill, published }
}

type Control = { commit(): Promise<unknown>; rollback(): Promise<unknown>; release(): unknown }

async function ending(control: Control, work: Promise<void>): Promise<void> {
  try {
    await work
    await control.commit()
  } catch (error) {
    await control.rollback().catch(() => undefined)
    throw error
  } finally {
    control.release()
  }
}

function silentPool(url: string): pg.Pool {
  const pool = unendedPool(url)
  onTestFinished(() => pool.end())
  return pool
}

/** A client that dies while it is taken tells the one who took it. */
function unendedPool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url })
  pool.on('error', () => undefined)
  pool.on('connect', client => client.on('error', () => undefined))
  return pool
}

// Kysely ends its pool itself.
function kyselyDialect(url: string): Dialect {
  if (url.startsWith('mysql')) return new MysqlDialect({ pool: createPool(url) })
  return new PostgresDialect({ pool: unendedPool(url) })
}
