import type { Knex } from 'knex'
import { isPostgres } from '../inbox/inbox-tables.ts'
import { plain } from '../plain-knex.ts'
import type { Tables } from './shadow-table.ts'

export type Key = Readonly<Record<string, Knex.Value>>

/** `missing`: only the live table has the row. `added`: only the rebuilt one has it. `changed`: their columns differ. */
export type Difference = { readonly kind: 'missing' | 'added' | 'changed'; readonly key: Key }

type Comparison = {
  readonly tables: Tables
  readonly key: readonly string[]
  /** The columns that must be equal. */
  readonly columns: readonly string[]
  /** Looks at the rows of these keys alone. */
  readonly only?: readonly Key[]
  readonly most: number
}

/** The rows that differ, at most so many. One statement, so both tables are read at the same moment. */
export async function differencesBetween(db: Knex, comparison: Comparison): Promise<readonly Difference[]> {
  const { tables, key, columns, only, most } = comparison
  const postgres = isPostgres(db)
  const bound: Knex.Value[] = []
  const put = (sql: string, ...values: readonly Knex.Value[]) => {
    bound.push(...values)
    return sql
  }
  // As text: MySQL's collations find "Kim" and "kim" equal, and PostgreSQL can't compare json.
  const equal = (column: string) =>
    postgres
      ? put('l.??::text IS NOT DISTINCT FROM r.??::text', column, column)
      : put('CAST(l.?? AS BINARY) <=> CAST(r.?? AS BINARY)', column, column)
  const select = (kind: string, of: 'l' | 'r') =>
    `SELECT '${kind}' AS kind, ${key.map(column => put(`${of}.??`, column)).join(', ')}`
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
  const answer = await plain(db).raw(`${parts.map(part => `(${part})`).join(' UNION ALL ')} LIMIT ${most}`, bound)
  const rows: ({ kind: Difference['kind'] } & Key)[] = postgres ? answer.rows : answer[0]
  return rows.map(({ kind, ...rest }) => ({ kind, key: rest }))
}

const all = (conditions: readonly string[]) => (conditions.length === 0 ? '1 = 1' : conditions.join(' AND '))

/** One row of a table. */
export function rowOf(db: Knex, table: string, key: Key): Promise<object | undefined> {
  return plain(db)(table).where(key).first()
}
