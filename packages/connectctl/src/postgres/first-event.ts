import type pg from 'pg'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import { ConnectctlError } from '../connect/errors.ts'
import { describesTables, namedTables } from '../settings/named-tables.ts'
import { rowsOf } from './connection.ts'
import { slotName } from './slot.ts'

/**
 * Rejects unless no event can have been committed yet. The sequence of the ids shows it: it never goes back, and a row that
 * was deleted at once leaves no other trace.
 */
export async function requireUnused(client: pg.Client, config: ConnectorConfig): Promise<void> {
  const name = slotName(config)
  const refuse = (why: string): never => {
    throw new ConnectctlError(
      'POSITION_UNKNOWN',
      `There is no slot ${name}, and ${why}: what is committed before there is a slot is never sent. Make it right after ` +
        `the migration (SELECT pg_create_logical_replication_slot('${name}', 'pgoutput')), or begin at the present (now ` +
        'instead of recorded) and send again what is missing (docs/runbook.md#slot-lost)'
    )
  }
  const tables = namedTables(config).filter(table => !table.endsWith('.connect_heartbeat'))
  if ((config['message.prefix.include.list'] ?? '') !== '')
    return refuse('messages leave no trace, so nothing shows whether some were written')
  if (tables.length === 0 || describesTables(config) !== undefined)
    return refuse('table.include.list names no table whose ids show whether events were written')
  for (const table of tables) {
    const given = await idsGiven(client, table).catch(error => refuse(reasonOf(error, table)))
    if (given === undefined) refuse(`${table} has no sequence of ids that shows whether events were written`)
    if (given === true) refuse(`${table} has given ids to events`)
  }
}

/** Whether a sequence has given an id; undefined without a sequence. */
async function idsGiven(client: pg.Client, table: string): Promise<boolean | undefined> {
  const [found] = await rowsOf<{ sequence: string | null }>(
    client,
    `SELECT pg_get_serial_sequence($1, 'id') AS sequence`,
    [table]
  )
  if (found === undefined || found.sequence === null) return undefined
  const [state] = await rowsOf<{ is_called: boolean }>(client, `SELECT is_called FROM ${found.sequence}`)
  return state?.is_called
}

function reasonOf(error: unknown, table: string): string {
  const { code, message } = error as { code?: string; message: string }
  if (code === '42P01') return `there is no table ${table} (run the migrations first)`
  if (code === '42501')
    return `the account may not read the ids of ${table} (GRANT SELECT ON SEQUENCE ${table}_id_seq TO it)`
  return `the ids of ${table} can't be read (${message})`
}
