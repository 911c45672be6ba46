import { OutboxError } from '../errors.ts'
import { type OpenTransaction, requireInTransaction } from '../transactions/open-transaction.ts'
import { checkConnection, type Connected, type ExpectedTable, requireIds } from './check-connection.ts'
import { splitByPacket } from './packets.ts'
import { type OutboxStore, type PendingEvent, type Statement, withoutActors, writeFailed } from './store.ts'

/** Writes events into MySQL's table `outbox`. Checks each connection at its first event: a session decides what it logs. */
export function createMysqlWriter(store: OutboxStore, expected: ExpectedTable) {
  const checked = new WeakMap<object, Connected>()

  async function connectionOf(open: OpenTransaction): Promise<Connected> {
    const connection = await open.connection()
    const known = checked.get(connection)
    if (known !== undefined) return known
    const read = async (sql: string) => (await open.run(sql, [])).rows
    const connected = await checkConnection(expected, read).catch(writeFailed)
    checked.set(connection, connected)
    return connected
  }

  return async (open: OpenTransaction, events: readonly PendingEvent[]): Promise<void> => {
    const { ids, actors, mostBytes } = await connectionOf(open)
    requireIds(events, ids)
    if (open.noticesEnd !== true) await requireInTransaction(open).catch(writeFailed)
    for (const part of splitByPacket(actors ? events : withoutActors(events), mostBytes)) {
      const firstId = await write(open, store.insert(part), part.length)
      if (store.remove !== undefined) await write(open, store.remove(part.length, firstId), part.length)
    }
  }
}

/** Resolves to the id of the first row that the statement made, if the driver says it. */
async function write(open: OpenTransaction, { sql, values }: Statement, expectedRows: number) {
  const { affectedRows, insertId, inTransaction } = await open.run(sql, values).catch(writeFailed)
  // A caught deadlock, or DDL, ends the transaction at the server, while the handle still looks open.
  if (inTransaction === false) throw alreadyEnded()
  if (affectedRows !== expectedRows)
    throw new OutboxError('STORE_MISMATCH', `The table outbox accepted ${affectedRows} of ${expectedRows} rows`)
  return insertId
}

export function alreadyEnded(): OutboxError {
  const why = 'a caught deadlock, a COMMIT of your own, or DDL'
  const message = `The server had already ended this transaction (${why}): the event was published without it`
  return new OutboxError('TRANSACTION_REQUIRED', message)
}
