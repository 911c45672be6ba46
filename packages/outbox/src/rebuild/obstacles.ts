import type { Knex } from 'knex'
import { isPostgres } from '../inbox/inbox-tables.ts'
import { plain } from '../plain-knex.ts'
import { refused } from './refused.ts'

/** Refuses a swap that would leave something behind with the old table, such as a trigger. */
export async function refuseWhatSwapsLose(db: Knex, table: string): Promise<void> {
  const found = isPostgres(db) ? await onPostgres(db, table) : await onMysql(db, table)
  if (found.length === 0) return
  throw refused(
    `A swap would leave behind what belongs to the table ${table}, not to its name: ${found.join(', ')}. Drop it before the ` +
      'rebuild and create it again afterwards, or compare without a swap'
  )
}

/** Refuses columns that the database numbers, which get other numbers in a rebuild. */
export async function refuseNumbered(db: Knex, table: string, ignored: readonly string[]): Promise<void> {
  const postgres = isPostgres(db)
  const numbered = postgres
    ? "(is_identity = 'YES' OR column_default LIKE 'nextval(%')"
    : "EXTRA LIKE '%auto_increment%'"
  const columns: string[] = await plain(db)('information_schema.columns')
    .whereRaw(`table_schema = ${postgres ? 'current_schema()' : 'DATABASE()'} AND ${numbered}`)
    .where({ table_name: table })
    .pluck(postgres ? 'column_name' : 'COLUMN_NAME')
  const compared = columns.find(column => !ignored.includes(column))
  if (compared === undefined) return
  throw refused(
    `The database numbers the column ${compared} of ${table}, and a rebuild gives other numbers. Name the rows by what the ` +
      `events tell, and add ${compared} to the view's ignored columns`
  )
}

async function onMysql(db: Knex, table: string): Promise<readonly string[]> {
  const here = 'constraint_schema = DATABASE() AND referenced_table_name IS NOT NULL'
  const [rows = []]: { name: string }[][] = await plain(db).raw(
    `SELECT CONCAT('trigger ', trigger_name) AS name FROM information_schema.triggers
      WHERE event_object_schema = DATABASE() AND event_object_table = ?
     UNION SELECT CONCAT('foreign key ', constraint_name) FROM information_schema.key_column_usage
      WHERE ${here} AND (table_name = ? OR (referenced_table_schema = DATABASE() AND referenced_table_name = ?))`,
    [table, table, table]
  )
  return rows.map(({ name }) => name)
}

async function onPostgres(db: Knex, table: string): Promise<readonly string[]> {
  const { rows }: { rows: { name: string }[] } = await plain(db).raw(
    `WITH live AS (SELECT * FROM pg_class WHERE oid = to_regclass(quote_ident(current_schema()) || '.' || quote_ident(?)))
     SELECT 'trigger ' || tgname AS name FROM pg_trigger, live WHERE tgrelid = live.oid AND NOT tgisinternal
     UNION SELECT 'foreign key ' || conname FROM pg_constraint, live
      WHERE contype = 'f' AND (conrelid = live.oid OR confrelid = live.oid)
     UNION SELECT 'view ' || ev_class::regclass::text FROM pg_depend, pg_rewrite, live
      WHERE refobjid = live.oid AND classid = 'pg_rewrite'::regclass AND objid = pg_rewrite.oid AND ev_class <> live.oid
     UNION SELECT 'policy ' || polname FROM pg_policy, live WHERE polrelid = live.oid
     UNION SELECT 'publication ' || pubname FROM pg_publication_rel, pg_publication, live
      WHERE prrelid = live.oid AND prpubid = pg_publication.oid
     UNION SELECT 'rights on column ' || attname FROM pg_attribute, live WHERE attrelid = live.oid AND attacl IS NOT NULL
     UNION SELECT 'sequence of column ' || attname FROM pg_depend, pg_attribute, pg_class AS owned, live
      WHERE refobjid = live.oid AND deptype = 'a' AND objid = owned.oid AND owned.relkind = 'S'
        AND attrelid = live.oid AND attnum = refobjsubid
     UNION SELECT 'its partitions' FROM live WHERE relkind = 'p'`,
    [table]
  )
  return rows.map(({ name }) => name)
}
