import { postgresOptions } from '@outbox-cdc/outbox/security'
import type { Logger } from '@outbox-cdc/service-kit'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { boolean, integer, pgTable, timestamp, uuid, varchar } from 'drizzle-orm/pg-core'
import { Pool } from 'pg'

export const patients = pgTable('patient', {
  id: uuid().primaryKey(),
  name: varchar({ length: 100 }).notNull(),
  version: integer().notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow()
})

export const appointments = pgTable('appointment', {
  id: uuid().primaryKey(),
  patientId: uuid('patient_id').notNull(),
  startsAt: timestamp('starts_at', { withTimezone: true }).notNull(),
  cancelled: boolean().notNull().default(false),
  version: integer().notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow()
})

export type Database = NodePgDatabase
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0]

export function openDatabase(
  url: string,
  logger: Logger,
  max = 10
): { readonly db: Database; readonly close: () => Promise<void> } {
  const pool = new Pool({ ...postgresOptions(url), max, connectionTimeoutMillis: 2000 })
  // Without a listener, PostgreSQL's restart would end this process.
  pool.on('error', error => logger.warn({ err: error }, 'lost an idle connection'))
  // The pool doesn't listen while a transaction has the connection. Its next query fails with the same error.
  pool.on('connect', client => client.on('error', () => undefined))
  return { db: drizzle(pool), close: () => pool.end() }
}
