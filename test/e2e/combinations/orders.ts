import { type AggregateIdKind, defineEvent } from '@outbox-cdc/outbox'
import knex, { type Knex } from 'knex'
import { z } from 'zod'

/** The events of an order whose ids are of one kind. */
export const orderEvents = (aggregateId: AggregateIdKind) => ({
  created: defineEvent({
    name: 'order_created',
    aggregate: 'order',
    aggregateId,
    version: 1,
    payload: z.object({ name: z.string(), quantity: z.int() })
  }),
  changed: defineEvent({
    name: 'order_changed',
    aggregate: 'order',
    aggregateId,
    version: 1,
    payload: z.object({ quantity: z.int() })
  })
})

const { DATABASE_URL = '', IDS } = process.env

/** The kind of ids that this process works with. */
export const ids: AggregateIdKind = IDS === 'string' ? 'string' : 'integer'

export const isPostgres = DATABASE_URL.startsWith('postgres:')

/** This process's database. */
export const openDatabase = (): Knex =>
  knex({ client: isPostgres ? 'pg' : 'mysql2', connection: DATABASE_URL, pool: { min: 0, max: 10 } })

/** The column types of either database. */
export const types = isPostgres
  ? {
      serial: 'bigint GENERATED ALWAYS AS IDENTITY',
      time: 'timestamptz(6)',
      id: ids === 'integer' ? 'bigint' : 'varchar(255)'
    }
  : { serial: 'BIGINT AUTO_INCREMENT', time: 'TIMESTAMP(6)', id: ids === 'integer' ? 'BIGINT' : 'VARCHAR(255)' }
