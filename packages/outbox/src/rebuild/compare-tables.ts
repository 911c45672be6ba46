import type { Knex } from 'knex'
import { isPostgres } from '../inbox/inbox-tables.ts'
import { plain } from '../plain-knex.ts'
import type { Tables } from './shadow-table.ts'

/** The columns that name a row, with their values. */
export type Key = Readonly<Record<string, Knex.Value>>

/** `missing`: only the live table has the row. `added`: only the rebuilt one has it. `changed`: their columns differ. */
export type Difference = { readonly kind: 'missing' | 'added' | 'changed'; readonly key: Key }

/** A difference with a digest of what was compared, by which a row that changes can be told from one that doesn't. */
export type Found = Difference & { readonly digest: string }

type Comparison = {
  readonly tables: Tables
  readonly key: readonly string[]
  /** The columns that must be equal. */
  readonly columns: readonly string[]
  /** Looks at the rows of these keys alone. */
  readonly only?: readonly Key[]
  /** Of each kind. */
  readonly most: number
}

/** The rows that differ, at most so many. One statement, so both tables are read at the same moment. */
export async function differencesBetween(db: Knex, comparison: Comparison): Promise<readonly Found[]> {
  const { tables, key, columns, only, most } = comparison
  const postgres = isPostgres(db)
  const bound: Knex.Value[] = []
  const put = (sql: string, ...values: readonly Knex.Value[]) => {
    bound.push(...values)
    return sql
  }
  // As text: MySQL's collations find "Kim" and "kim" equal, and PostgreSQL can't compare json.
  const text = (of: 'l' | 'r', column: string) => put(postgres ? `${of}.??::text` : `CAST(${of}.?? AS BINARY)`, column)
  const equal = (column: string) =>
    `${text('l', column)} ${postgres ? 'IS NOT DISTINCT FROM' : '<=>'} ${text('r', column)}`
  const hash = (sql: string) => (postgres ? `md5(${sql})` : `SHA2(${sql}, 256)`)
  const digest = () => {
    const values = columns.flatMap(column => (['l', 'r'] as const).map(of => text(of, column)))
    return values.length === 0
      ? "''"
      : hash(`CONCAT_WS(' ', ${values.map(value => `COALESCE(${hash(value)}, '-')`).join(', ')})`)
  }
  const select = (kind: Difference['kind'], of: 'l' | 'r') => {
    const names = key.map(column => put(`${of}.??`, column)).join(', ')
    return `SELECT '${kind}' AS kind, ${names}, ${kind === 'changed' ? digest() : "''"} AS digest`
  }
  const join = (left: string, how: string, right: string) => {
    const [a, b] = left === tables.live ? ['l', 'r'] : ['r', 'l']
    return (
      put(`FROM ?? AS ${a} ${how} ?? AS ${b} ON `, left, right) + all(key.map(each => put('l.?? = r.??', each, each)))
    )
  }
  const among = (of: 'l' | 'r') =>
    only === undefined
      ? ''
      : ` AND (${only.map(one => `(${all(key.map(each => put(`${of}.?? = ?`, each, one[each] ?? null)))})`).join(' OR ')})`
  const [first = ''] = key
  const { live, rebuilt } = tables
  const parts = [
    `${select('changed', 'l')} ${join(live, 'JOIN', rebuilt)} WHERE NOT (${all(columns.map(equal))})${among('l')}`,
    `${select('missing', 'l')} ${join(live, 'LEFT JOIN', rebuilt)} WHERE ${put('r.?? IS NULL', first)}${among('l')}`,
    `${select('added', 'r')} ${join(rebuilt, 'LEFT JOIN', live)} WHERE ${put('l.?? IS NULL', first)}${among('r')}`
  ]
  const answer = await plain(db).raw(parts.map(part => `(${part} LIMIT ${most})`).join(' UNION ALL '), bound)
  const rows: ({ kind: Difference['kind']; digest: string } & Key)[] = postgres ? answer.rows : answer[0]
  return rows.map(({ kind, digest: seen, ...rest }) => ({ kind, digest: seen, key: rest }))
}

const all = (conditions: readonly string[]) => (conditions.length === 0 ? '1 = 1' : conditions.join(' AND '))

/** One row of a table. */
export function rowOf(db: Knex, table: string, key: Key): Promise<object | undefined> {
  return plain(db)(table).where(key).first()
}
