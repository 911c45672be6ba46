/** What a driver's connection has: mysql2 its settings, and pg the parser of a type. */
export type Connection = {
  readonly config?: { readonly timezone?: string }
  readonly getTypeParser?: GetParser
}
type GetParser = (type: number, format?: string) => (value: string) => unknown

/**
 * Options of one statement that undo what the caller's driver options, or type parsers, do to its answer. Both drivers
 * take them, and each ignores those of the other.
 */
export function answersAsSent(connection: Connection): object {
  const getTypeParser: GetParser = (type, format) => {
    // Only bytes are the same in both formats.
    const own = format === 'binary' && type !== bytea ? undefined : postgresTypes[type]
    return own ?? connection.getTypeParser?.(type, format) ?? asText
  }
  return {
    rowsAsArray: false,
    nestTables: false,
    typeCast: (field: Field, next: () => unknown) => valueOf(field, next, connection.config?.timezone),
    types: { getTypeParser }
  }
}

type Field = { readonly type: string }

/** A value as mysql2 gives it by default; `dateStrings` is the one option that a statement can't turn off. */
function valueOf({ type }: Field, next: () => unknown, timezone = 'local'): unknown {
  const value = next()
  if (typeof value !== 'string' || !['TIMESTAMP', 'DATETIME'].includes(type)) return value
  return new Date(`${value.replace(' ', 'T')}${timezone === 'local' ? '' : timezone}`)
}

const asText = (value: string): unknown => value
const asDate = (value: string): Date => new Date(value.replace(/([+-]\d\d)$/, '$1:00'))

function asBuffer(value: string | Buffer): Buffer {
  if (typeof value !== 'string') return value
  if (value.startsWith('\\x')) return Buffer.from(value.slice(2), 'hex')
  // With bytea_output=escape.
  const bytes = value.replace(/\\(\\|\d{3})/g, (_, code: string) =>
    code === '\\' ? code : String.fromCharCode(Number.parseInt(code, 8))
  )
  return Buffer.from(bytes, 'latin1')
}

// The types of the library's columns and answers, as pg reads them by default: numbers that may be large stay text.
const [bytea, int8, int4, text, char, varchar, timestamptz, numeric] = [17, 20, 23, 25, 1042, 1043, 1184, 1700] as const
const postgresTypes: Readonly<Record<number, (value: string) => unknown>> = {
  [bytea]: asBuffer,
  [int8]: asText,
  [int4]: Number,
  [text]: asText,
  [char]: asText,
  [varchar]: asText,
  [timestamptz]: asDate,
  [numeric]: asText
}
