import type { Database } from '../mysql/database.ts'
import { instantOf } from '../mysql/instant.ts'

export type OrderRow = {
  readonly id: number
  readonly createdAt: number
  /** Its other columns, as they are. */
  readonly columns: Readonly<Record<string, unknown>>
}

export type OrdersReading = {
  readonly newest: readonly OrderRow[]
  /** Rows that appeared since the last reading. */
  readonly added: number
  /** Rows lying in the outbox table; with the deleting store there are none. */
  readonly outboxRows?: number | undefined
  readonly binlog?: { readonly file: string; readonly position: number; readonly gtids: string } | undefined
}

export type OrdersSource = {
  readonly db: Database
  readonly table: string
  readonly outboxTable: string
}

/** Counts stop here: a second's sample must stay cheap however much waits. */
export const mostCounted = 20_000

/** Reads what MySQL holds, in a handful of statements by primary key. */
export function createOrdersReader({ db, table, outboxTable }: OrdersSource): () => Promise<OrdersReading> {
  let highest: number | undefined
  return async () => {
    const rows = await db.rows<{ id: number; created_at: string }>(
      `SELECT * FROM \`${table}\` ORDER BY id DESC LIMIT 12`
    )
    const newest = rows.map(({ id, created_at, ...columns }) => ({ id, createdAt: instantOf(created_at), columns }))
    const top = newest[0]?.id ?? 0
    const added = highest === undefined || top === highest ? 0 : await countAfter(highest)
    highest = top
    const [outboxRows, binlog] = await Promise.all([
      optional(() => countRows(outboxTable)),
      optional(() => binlogStatus(db))
    ])
    return { newest, added, outboxRows, binlog }
  }

  async function countAfter(id: number): Promise<number> {
    const sql = `SELECT COUNT(*) AS n FROM (SELECT 1 FROM \`${table}\` WHERE id > ? LIMIT ${mostCounted}) AS some`
    return (await db.rows<{ n: number }>(sql, [id]))[0]?.n ?? 0
  }

  async function countRows(name: string): Promise<number> {
    const sql = `SELECT COUNT(*) AS n FROM (SELECT 1 FROM \`${name}\` LIMIT ${mostCounted}) AS some`
    return (await db.rows<{ n: number }>(sql))[0]?.n ?? 0
  }
}

async function binlogStatus(db: Database) {
  type Status = { File: string; Position: number; Executed_Gtid_Set: string }
  const [status] = await db.rows<Status>('SHOW BINARY LOG STATUS')
  if (status === undefined) return undefined
  return { file: status.File, position: status.Position, gtids: status.Executed_Gtid_Set.replaceAll('\n', '') }
}

const absent = new Set(['ER_NO_SUCH_TABLE', 'ER_TABLEACCESS_DENIED_ERROR', 'ER_SPECIFIC_ACCESS_DENIED_ERROR'])

/** Undefined where a table or a right is missing: a page for other people's pipelines cannot insist on either. */
export async function optional<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof Error && 'code' in error && absent.has(String(error.code))) return undefined
    throw error
  }
}
