import type { Knex } from 'knex'
import { isPostgres } from '../inbox/inbox-tables.ts'
import { plain } from '../plain-knex.ts'

/** The table that serves, the one that is being rebuilt, and the one that served before the last swap. */
export type Tables = { readonly live: string; readonly rebuilt: string; readonly old: string }

export const tablesOf = (live: string): Tables => ({ live, rebuilt: `${live}_rebuilt`, old: `${live}_old` })

/** The columns of a table of this database or schema, in their order; empty if there is no such table. */
export async function columnsOf(db: Knex, table: string): Promise<readonly string[]> {
  const schema = isPostgres(db) ? 'current_schema()' : 'DATABASE()'
  return plain(db)('information_schema.columns')
    .whereRaw(`table_schema = ${schema}`)
    .where({ table_name: table })
    .orderBy('ordinal_position')
    .pluck(isPostgres(db) ? 'column_name' : 'COLUMN_NAME')
}

/** An empty table with the columns, indexes and rights of the live one. */
export async function createRebuilt(db: Knex, { live, rebuilt }: Tables): Promise<void> {
  if (!isPostgres(db)) {
    // Rights on MySQL belong to names, so the swap keeps them.
    await plain(db).raw('CREATE TABLE ?? LIKE ??', [rebuilt, live])
    return
  }
  await db.transaction(async trx => {
    await plain(trx).raw('CREATE TABLE ?? (LIKE ?? INCLUDING ALL)', [rebuilt, live])
    const { rows }: { rows: { grantee: string; rights: string }[] } = await plain(trx).raw(
      `SELECT grantee, string_agg(privilege_type, ', ') AS rights FROM information_schema.table_privileges
       WHERE table_schema = current_schema() AND table_name = ? AND grantee <> current_user GROUP BY grantee`,
      [live]
    )
    for (const { grantee, rights } of rows) {
      const isPublic = grantee === 'PUBLIC'
      await plain(trx).raw(
        `GRANT ${rights} ON ?? TO ${isPublic ? 'PUBLIC' : '??'}`,
        isPublic ? [rebuilt] : [rebuilt, grantee]
      )
    }
  })
}

// A transaction that holds the table makes the swap wait, and every request behind it: rather give up and try again. A request
// may have a limit of one second, MySQL's shortest.
const longestWaitSeconds = 1

/** Puts the rebuilt table in the place of the live one. A reader sees the one or the other, never none. */
export async function swapIn(db: Knex, { live, rebuilt, old }: Tables): Promise<void> {
  await plain(db).raw('DROP TABLE IF EXISTS ??', [old])
  if (isPostgres(db))
    return db.transaction(async trx => {
      await plain(trx).raw(`SET LOCAL lock_timeout = '${longestWaitSeconds}s'`)
      await plain(trx).raw('ALTER TABLE ?? RENAME TO ??', [live, old])
      await plain(trx).raw('ALTER TABLE ?? RENAME TO ??', [rebuilt, live])
    })
  // On one connection, so that the limit holds for the statement and for nothing after it.
  await db.transaction(async trx => {
    const [[before]] = await plain(trx).raw('SELECT @@SESSION.lock_wait_timeout AS seconds')
    await plain(trx).raw(`SET lock_wait_timeout = ${longestWaitSeconds}`)
    try {
      await plain(trx).raw('RENAME TABLE ?? TO ??, ?? TO ??', [live, old, rebuilt, live])
    } finally {
      await plain(trx).raw(`SET lock_wait_timeout = ${before.seconds}`)
    }
  })
}

export async function dropRebuilt(db: Knex, { rebuilt }: Tables): Promise<void> {
  await plain(db).raw('DROP TABLE IF EXISTS ??', [rebuilt])
}
