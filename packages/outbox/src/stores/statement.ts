import { OutboxError } from '../errors.ts'

/** What may be bound: a scalar. Anything else could become SQL in the driver. */
export type SqlValue = string | number | boolean | Date | Buffer | null

/** SQL text that a developer wrote, and the values that go beside it as data. */
export type Statement = { readonly sql: string; readonly values: readonly SqlValue[] }

declare const bound: unique symbol
/** A statement whose text stands in the source code: only the `sql` tag makes one. */
export type BoundStatement = Statement & { readonly [bound]: true }

const made = new WeakSet<Statement>()

/**
 * SQL with bound values: sql`INSERT INTO customer_order (name) VALUES (${name})`. The text comes from the source code
 * alone; each `${…}` is one value and can never become SQL. Throws `STATEMENT_INVALID` for anything but a scalar.
 */
export function sql(text: TemplateStringsArray, ...values: readonly SqlValue[]): BoundStatement {
  // The driver would take a question mark in the text for a place of a value.
  if (text.some(part => part.includes('?'))) throw new OutboxError('STATEMENT_INVALID', 'Bind text that contains a ?')
  values.forEach(refuseComposite)
  const statement = Object.freeze({ sql: text.join('?'), values }) as unknown as BoundStatement
  made.add(statement)
  return statement
}

export function isBound(statement: Statement): boolean {
  return made.has(statement)
}

// An object or an array is no scalar to the driver: it would expand into `a = 1` or `1, 2`, which is SQL.
function refuseComposite(value: unknown, index: number): void {
  if (value === null || value instanceof Date || Buffer.isBuffer(value)) return
  if (typeof value === 'number' ? Number.isFinite(value) : ['string', 'boolean'].includes(typeof value)) return
  const kind = Array.isArray(value) ? 'an array' : `${typeof value === 'number' ? value : typeof value}`
  throw new OutboxError('STATEMENT_INVALID', `Value ${index + 1} of the statement is ${kind}: only scalars are bound`)
}
