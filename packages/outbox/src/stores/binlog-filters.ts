import { OutboxError } from '../errors.ts'

/** What `SHOW BINARY LOG STATUS` says of the filters: lists of databases, empty where none is set. */
export type BinlogFilters = Readonly<Record<'Binlog_Do_DB' | 'Binlog_Ignore_DB', string>>

/** Refuses a database whose changes the server doesn't write to its binlog. */
export function requireLoggedDatabase(database: string, filters: BinlogFilters): void {
  const { Binlog_Do_DB: only, Binlog_Ignore_DB: ignored } = filters
  const isIn = (list: string) => list.split(',').includes(database)
  if ((only === '' || isIn(only)) && !isIn(ignored)) return
  throw new OutboxError(
    'BINLOG_UNFIT',
    `This server keeps the database ${database} out of its binlog, so Debezium can read no event: ` +
      `binlog-do-db is "${only}", binlog-ignore-db is "${ignored}". Change them in the server's settings and restart it`
  )
}
