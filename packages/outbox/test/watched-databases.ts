import type { Knex } from 'knex'
import { useDatabase } from '@outbox-cdc/test-support/use-stack'
import { createOutbox, createOutboxTables } from '../src/index.ts'
import { messageStore } from '../src/message/index.ts'
import type { RunSql, TransactionsUnderTest } from '../src/testing/transaction-contract.ts'
import { createPostgres, readWal, urlOf, usePostgres } from './postgres.ts'

/** A database whose events are seen once they are committed. */
export type Watched = Pick<TransactionsUnderTest, 'outbox' | 'kill' | 'published'> & {
  readonly db: Knex
  readonly url: string
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
  // A message: M, flags and the position in ten bytes; the prefix and a zero byte; the length in four bytes; the content.
  const messages = (await readWal(db, slot)).filter(([type]) => type === 77)
  return messages.map(data => JSON.parse(data.toString('latin1', data.indexOf(0, 10) + 5)))
}

function ofPostgres(db: Knex): Omit<Watched, 'published'> {
  return {
    db,
    url: urlOf(db),
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
