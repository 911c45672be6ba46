import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createOutboxTables } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'
import { describe, expect, it, onTestFinished } from 'vitest'
import { uniqueName } from '../support/unique-name.ts'
import { createPostgres, noPostgres } from '../support/use-postgres.ts'

const page = join(import.meta.dirname, '../../docs/postgresql.md')

/** The page's SQL for the two stores, with accounts of this test's own. */
async function printedSql(account: string): Promise<readonly [table: string, message: string]> {
  const text = await readFile(page, 'utf8')
  const sql = /```sql\n(CREATE ROLE.*?)```/s.exec(text)?.[1] ?? ''
  const [table = '', message = ''] = sql
    .replaceAll(/\b(debezium|keeper)\b(?=;| LOGIN)/g, `${account}_$1`)
    .split('-- For messages')
  return [table, message.replace(/^.*\n/, '')]
}

const columns = `SELECT table_name, ordinal_position, column_name, data_type, character_maximum_length, datetime_precision,
    is_nullable, column_default, is_identity FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2`
const keys = `SELECT conrelid::regclass::text AS of, pg_get_constraintdef(oid) AS key FROM pg_constraint WHERE contype = 'p' ORDER BY 1`
const publications = `SELECT pubname, pubinsert, pubupdate, pubdelete, pubtruncate, obj_description(oid, 'pg_publication') AS comment,
    ARRAY(SELECT tablename::text FROM pg_publication_tables AS t WHERE t.pubname = p.pubname ORDER BY 1) AS tables FROM pg_publication AS p`

async function made(db: Knex): Promise<readonly object[]> {
  const found = await Promise.all([columns, keys, publications].map(sql => db.raw(sql)))
  return found.flatMap(({ rows }) => rows)
}

describe.skipIf(noPostgres !== undefined)('the SQL in docs/postgresql.md', () => {
  it('makes what createOutboxTables makes, for each store', async () => {
    const account = uniqueName('page').replaceAll('-', '_')
    const [byHand, ofTable, ofMessages] = await Promise.all([createPostgres(), createPostgres(), createPostgres()])
    onTestFinished(async () => {
      await byHand.db.raw(`DROP OWNED BY ${account}_debezium, ${account}_keeper`)
      await byHand.db.raw(`DROP ROLE ${account}_debezium, ${account}_keeper`)
      for (const { drop } of [byHand, ofTable, ofMessages]) await drop()
    })
    const [table, message] = await printedSql(account)
    await byHand.db.raw(table)
    await createOutboxTables(ofTable.db, { publication: 'orders_outbox' })
    expect(await made(byHand.db)).toEqual(await made(ofTable.db))

    await byHand.db.raw('DROP PUBLICATION orders_outbox; DROP TABLE outbox')
    await byHand.db.raw(message)
    await createOutboxTables(ofMessages.db, { store: 'message', publication: 'orders_outbox' })
    expect(await made(byHand.db)).toEqual(await made(ofMessages.db))
  })
})
