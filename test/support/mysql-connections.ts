import type { Knex } from 'knex'

type Connection = {
  readonly id: number
  readonly user: string
  readonly database: string | null
  /** What it runs now, if anything. */
  readonly statement: string | null
}

/**
 * The connections of a MySQL, and what each runs. Not from information_schema: its tables of processes and transactions can't be
 * read while the statement of any connection holds a character beyond utf8mb3, such as an emoji of another test.
 */
export async function mysqlConnections(db: Knex): Promise<readonly Connection[]> {
  const [rows] = await db.raw('SHOW FULL PROCESSLIST')
  return rows.map(({ Id: id, User: user, db: database, Info: statement }: Record<string, unknown>) => ({
    id,
    user,
    database,
    statement
  }))
}
