import type { Knex } from 'knex'
import { OutboxError } from '../errors.ts'
import { plain } from '../plain-knex.ts'
import { isPostgres } from './inbox-tables.ts'

export type Statement = { readonly sql: string; readonly bindings?: readonly unknown[] }

// The smallest max_allowed_packet that a server comes with.
const alwaysFits = 1024 * 1024
// A text that isn't ASCII is written in hexadecimal digits.
const mostInRows = alwaysFits / 2

/** Splits rows into statements that fit into every server's `max_allowed_packet`, unless one row alone doesn't. */
export function inStatements<Row extends object>(rows: readonly Row[]): Row[][] {
  const groups: Row[][] = []
  let bytes = 0
  for (const row of rows) {
    const size = Object.values(row).reduce<number>((sum, value) => sum + sizeInSql(value), 0)
    bytes += size
    if (groups.length > 0 && bytes < mostInRows) groups.at(-1)?.push(row)
    else {
      groups.push([row])
      bytes = size
    }
  }
  return groups
}

/**
 * The error, or a better one when the statement is larger than MySQL takes: the server cuts the connection while the
 * driver still sends, and EPIPE or ECONNRESET look like a failure that passes.
 */
export async function nameTooLarge(db: Knex, error: unknown, { sql, bindings = [] }: Statement): Promise<unknown> {
  const bytes = bindings.reduce<number>((sum, value) => sum + sizeInSql(value), Buffer.byteLength(sql))
  if (bytes < alwaysFits || isPostgres(db)) return error
  const most = await plain(db)
    .raw('SELECT @@max_allowed_packet AS most')
    .then(mostOf, () => Infinity)
  if (bytes <= most) return error
  return new OutboxError(
    'STATEMENT_TOO_LARGE',
    `The statement ${sql.slice(0, 60)}… has ${inMiB(bytes)}, over the server's max_allowed_packet of ${inMiB(most)}: ` +
      'write fewer rows in one statement, or raise max_allowed_packet'
  )
}

function mostOf([[row]]: [{ readonly most: number | string }[]]): number {
  return Number(row?.most ?? Infinity)
}

/** The bytes of a value in MySQL's SQL: buffers are written in hex, and some characters of a text are escaped. */
function sizeInSql(value: unknown): number {
  if (Buffer.isBuffer(value)) return value.length * 2 + 5
  if (typeof value !== 'string') return 24
  return Buffer.byteLength(value) + (value.match(escaped)?.length ?? 0) + 4
}

// oxlint-disable-next-line no-control-regex
const escaped = /[\0\b\t\n\r\u001a"'\\]/g

function inMiB(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
