import { OutboxError } from '../errors.ts'

/** What `SHOW BINARY LOG STATUS` says of the filters: lists of databases, empty where none is set. */
export type BinlogFilters = Readonly<Record<'Binlog_Do_DB' | 'Binlog_Ignore_DB', string>>

/**
 * Whether the server writes the rows of a database to its binlog, by the rule of the ROW format: the table's database
 * counts, not the session's, and MySQL reads `binlog-ignore-db` only where there is no `binlog-do-db`.
 */
export function isLogged(database: string, { Binlog_Do_DB: only, Binlog_Ignore_DB: ignored }: BinlogFilters): boolean {
  const isIn = (list: string) => list.split(',').includes(database)
  return only === '' ? !isIn(ignored) : isIn(only)
}

/** Refuses a database whose changes the server doesn't write to its binlog. */
export function requireLoggedDatabase(database: string, filters: BinlogFilters): void {
  if (isLogged(database, filters)) return
  const { Binlog_Do_DB: only, Binlog_Ignore_DB: ignored } = filters
  throw new OutboxError(
    'BINLOG_UNFIT',
    `This server keeps the database ${database} out of its binlog, so Debezium can read no event: ` +
      `binlog-do-db is "${only}", binlog-ignore-db is "${ignored}". Change them in the server's settings and restart it`
  )
}
