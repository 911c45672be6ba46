import { drizzle as drizzleMysql } from 'drizzle-orm/mysql2'
import { drizzle as drizzlePostgres } from 'drizzle-orm/node-postgres'
import { sql } from 'drizzle-orm'
import type { Knex } from 'knex'
import { type Dialect, Kysely, MysqlDialect, PostgresDialect, sql as kyselySql, type Transaction } from 'kysely'
import { createPool } from 'mysql2'
import pg from 'pg'
import { DataSource, type DataSourceOptions } from 'typeorm'
import { onTestFinished } from 'vitest'
import { useDatabase } from '@outbox-cdc/test-support/use-stack'
import { createOutbox, createOutboxTables } from '../src/index.ts'
import { messageStore } from '../src/message/index.ts'
import type { RunSql, TransactionsUnderTest } from '../src/testing/transaction-contract.ts'
import { drizzleTransaction } from '../src/transactions/drizzle.ts'
import { kyselyTransaction } from '../src/transactions/kysely.ts'
import { mysql2Transaction } from '../src/transactions/mysql2.ts'
import { pgTransaction } from '../src/transactions/pg.ts'
import { typeormTransaction } from '../src/transactions/typeorm.ts'
import { createPostgres, usePostgres } from './postgres.ts'

/** A library's part of the subject; `Watched` has the rest. */
type Library = Pick<TransactionsUnderTest, 'transaction' | 'nested' | 'withoutTransaction'>
type Watched = Pick<TransactionsUnderTest, 'outbox' | 'kill' | 'published'> & {
  readonly db: Knex
  readonly url: string
}

const libraries: Readonly<Record<string, (database: Watched) => Library>> = {
  knex: ({ db }) => ({
    transaction: work => db.transaction(trx => work(trx, text => trx.raw(text))),
    nested: work => db.transaction(trx => work(trx, inside => trx.transaction(inside))),
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
    const db = url.startsWith('mysql') ? onMysql() : drizzlePostgres({ client: silentPool(url) })
    function onMysql() {
      const pool = createPool(url)
      onTestFinished(() => pool.promise().end())
      return drizzleMysql({ client: pool })
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
    const db = new Kysely<object>({ dialect: kyselyDialect(url) })
    onTestFinished(() => db.destroy())
    return {
      transaction: work =>
        db.transaction().execute(trx => work(kyselyTransaction(trx), text => kyselySql.raw(text).execute(trx))),
      withoutTransaction: () => kyselyTransaction(db as Transaction<object>)
    }
  },
  typeorm({ url }) {
    const type = url.startsWith('mysql') ? 'mysql' : 'postgres'
    const dataSource = new DataSource({ type, url, connectorPackage: 'mysql2' } as DataSourceOptions)
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
export const onPostgres = ['knex', 'pg', 'drizzle', 'kysely', 'typeorm'] as const

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

const seen = 'CREATE TABLE seen (n BIGINT'

export async function useWatchedMysql(): Promise<Watched> {
  const { db, url } = await useDatabase('transactions')
  await createOutboxTables(db)
  await db.raw(`${seen} AUTO_INCREMENT PRIMARY KEY, event_id BIGINT)`)
  await db.raw(
    'CREATE TRIGGER see AFTER INSERT ON outbox FOR EACH ROW INSERT INTO seen (event_id) VALUES (NEW.event_id)'
  )
  return {
    db,
    url,
    published: () => takeSeen(db),
    async kill(run: RunSql) {
      await run(`DO GET_LOCK('${url.slice(-32)}', 0)`)
      const [[{ id }]] = await db.raw('SELECT IS_USED_LOCK(?) AS id', [url.slice(-32)])
      await db.raw('KILL ?', [id])
    }
  }
}

export async function useWatchedPostgres(): Promise<Watched> {
  const db = await usePostgres()
  await createOutboxTables(db)
  await db.raw(`${seen} GENERATED ALWAYS AS IDENTITY, event_id BIGINT)`)
  await db.raw(`CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO seen (event_id) VALUES (NEW.event_id); RETURN NULL; END'`)
  await db.raw('CREATE TRIGGER see AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION see()')
  return { ...ofPostgres(db), published: () => takeSeen(db) }
}

/** A database with the store `message`, and a slot that reads it as Debezium does; for all tests of a file. */
export async function watchMessages(): Promise<Watched & { readonly drop: () => Promise<void> }> {
  const { db, name: slot, drop } = await createPostgres()
  await createOutboxTables(db, { store: 'message' })
  await db.raw("SELECT pg_create_logical_replication_slot(?, 'pgoutput')", [slot])
  return {
    ...ofPostgres(db),
    outbox: createOutbox({ store: messageStore }),
    published: async () => (await readMessages(db, slot)).map(({ event_id: id }) => id),
    drop
  }
}

/** The contents of the messages since the last call, in their order. */
async function readMessages(db: Knex, slot: string): Promise<readonly { readonly event_id: number }[]> {
  const options = "'proto_version', '1', 'publication_names', 'outbox', 'messages', 'true'"
  const changes = `SELECT data FROM pg_logical_slot_get_binary_changes(?, NULL, NULL, ${options})`
  const { rows } = await db.raw(changes, [slot])
  // A message: M, flags and the position in ten bytes; the prefix and a zero byte; the length in four bytes; the content.
  const messages: readonly Buffer[] = rows
    .map(({ data }: { data: Buffer }) => data)
    .filter(([type]: Buffer) => type === 77)
  return messages.map(data => JSON.parse(data.toString('latin1', data.indexOf(0, 10) + 5)))
}

function ofPostgres(db: Knex): Omit<Watched, 'published'> {
  const { host, port, user, password, database } = db.client.config.connection
  return {
    db,
    url: `postgresql://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`,
    async kill(run: RunSql) {
      await run('SELECT pg_advisory_lock(4711)')
      await db.raw(`SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database AS d ON d.oid = database
        WHERE locktype = 'advisory' AND objid = 4711 AND datname = current_database()`)
    }
  }
}

async function takeSeen(db: Knex): Promise<readonly number[]> {
  const ids = await db('seen').orderBy('n').pluck('event_id')
  await db('seen').delete()
  return ids.map(Number)
}
