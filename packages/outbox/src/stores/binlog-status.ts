import { OutboxError } from '../errors.ts'
import { type BinlogFilters, requireLoggedDatabase } from './binlog-filters.ts'
import type { ReadRows } from './check-connection.ts'

/** Where the binlog is, and which databases it leaves out. */
export type BinlogStatus = BinlogFilters & {
  readonly File: string
  readonly Position: number
  readonly Executed_Gtid_Set: string
}

const accessDenied = 1227

/**
 * Rejects with `GRANT_MISSING` if the account may not read it, and with `BINLOG_UNFIT` if there is no binlog or if it
 * leaves this database out.
 */
export async function readBinlogStatus(database: string, read: ReadRows): Promise<BinlogStatus> {
  const [status] = await read('SHOW BINARY LOG STATUS').catch((cause: Error): never => {
    if (!('errno' in cause && cause.errno === accessDenied)) throw cause
    throw new OutboxError(
      'GRANT_MISSING',
      'The account of the migration may not read the binlog position, at which the connector must start. ' +
        'As an administrator: GRANT REPLICATION CLIENT ON *.* TO that account',
      { cause }
    )
  })
  if (!status) throw new OutboxError('BINLOG_UNFIT', 'This server writes no binlog, so Debezium can read no event')
  requireLoggedDatabase(database, status as BinlogStatus)
  return status as BinlogStatus
}
