import { OutboxError } from '../errors.ts'
import type { Statement } from '../stores/store.ts'
import type { SqlValue } from '../transactions/open-transaction.ts'

declare const bound: unique symbol
/** A statement whose text is in the source code. Only the `sql` tag makes one. */
export type BoundStatement = Statement & { readonly [bound]: true }

const made = new WeakSet<Statement>()

/**
 * SQL with bound values: sql`INSERT INTO customer_order (name) VALUES (${name})`. The text comes only from the source
 * code; each `${…}` is one value and never becomes SQL. Throws `STATEMENT_INVALID` for anything but a scalar.
 */
export function sql(text: TemplateStringsArray, ...values: readonly SqlValue[]): BoundStatement {
  // The driver would take a question mark in the text as the place of a value.
  if (text.some(part => part.includes('?')))
    throw new OutboxError('STATEMENT_INVALID', 'The text contains a question mark: bind that text as a value')
  values.forEach(requireScalar)
  return bind({ sql: text.join('?'), values })
}

function bind({ sql, values }: Statement): BoundStatement {
  const statement = Object.freeze({ sql, values }) as unknown as BoundStatement
  made.add(statement)
  return statement
}

const named = new WeakSet<Statement>()

/**
 * Names the INSERT whose id `generatedId` stands for, where a round trip has several statements. If it generates no id
 * (an `INSERT IGNORE` that inserts nothing, an id that you give), nothing is committed.
 */
export function generatesId(statement: BoundStatement): BoundStatement {
  requireBound([statement])
  const copy = bind(statement)
  named.add(copy)
  return copy
}

/** The statement that makes the events' aggregate id: the only one, or the one that is named. */
export function statementOfId(statements: readonly Statement[]): Statement {
  const candidates = statements.length === 1 ? statements : statements.filter(statement => named.has(statement))
  const [only, ...others] = candidates
  if (only === undefined || others.length > 0)
    throw new OutboxError(
      'STATEMENT_INVALID',
      `generatedId needs one of the ${statements.length} statements: name it, as in generatesId(sql\`INSERT …\`)`
    )
  // The id of an earlier statement is cleared first, so that it isn't taken for the id of this one.
  if (/last_insert_id\s*\(\s*\)/i.test(only.sql))
    throw new OutboxError(
      'STATEMENT_INVALID',
      'The statement of generatedId reads LAST_INSERT_ID(): keep that id in a variable with a statement before it'
    )
  return only
}

export function requireBound(statements: readonly Statement[]): void {
  if (!statements.every(statement => made.has(statement)))
    throw new OutboxError('STATEMENT_INVALID', 'A statement was not made with the tag sql`…`')
}

// The driver expands an object or an array into `a = 1` or `1, 2`, which is SQL.
function requireScalar(value: unknown, index: number): void {
  if (value === null || value instanceof Date || Buffer.isBuffer(value)) return
  if (typeof value === 'number' ? Number.isFinite(value) : ['string', 'boolean'].includes(typeof value)) return
  const kind = Array.isArray(value) ? 'an array' : `${typeof value === 'number' ? value : typeof value}`
  throw new OutboxError('STATEMENT_INVALID', `Value ${index + 1} of the statement is ${kind}: bind only scalars`)
}
