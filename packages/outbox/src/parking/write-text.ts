import type { Knex } from 'knex'
import { databaseFault } from '../database-errors.ts'
import { isPostgres } from '../inbox/inbox-tables.ts'
import { isAscii } from '../stores/store.ts'

/** A text as the database can hold it, in so many characters. */
export type ToText = (text: string, length: number) => string | Knex.Raw
type Write<T> = (trx: Knex.Transaction, text: ToText) => Promise<T>

/**
 * Writes texts that people or errors made. Where the database can't hold one as it is, such as an emoji in latin1, each
 * character that isn't ASCII is written as its number: no event may stay unparked for the words of its own note.
 */
export async function writeText<T>(trx: Knex.Transaction, write: Write<T>): Promise<T> {
  const asItIs: ToText = (text, length) => unchanged(trx, storable(text, length))
  try {
    // On PostgreSQL the first failure would end the whole transaction.
    return await (isPostgres(trx) ? trx.transaction(inner => write(inner, asItIs)) : write(trx, asItIs))
  } catch (error) {
    if (databaseFault(error) !== undefined) throw error
    return write(trx, inAscii)
  }
}

// PostgreSQL's text type can't hold NUL, and a message may quote the record that caused it.
function storable(text: string, length: number): string {
  return text.replaceAll('\u0000', '\uFFFD').slice(0, length).toWellFormed()
}

// As bytes, because a connection in another character set would change the text.
function unchanged(trx: Knex.Transaction, text: string): string | Knex.Raw {
  if (isAscii(text)) return text
  return trx.raw(isPostgres(trx) ? "convert_from(?, 'UTF8')" : 'CONVERT(? USING utf8mb4)', [Buffer.from(text)])
}

function inAscii(text: string, length: number): string {
  return text
    .replace(/[^\t\n\r\x20-\x7e]/gu, character => `\\u{${character.codePointAt(0)?.toString(16)}}`)
    .slice(0, length)
}
