import { explainSecurity } from '@outbox-cdc/outbox/security'
import type { Knex } from 'knex'
import { databaseAt } from './explain.ts'
import type { Logger } from './logger.ts'

/** Logs a line when the database can't be reached and one when it is back, however many connections fail in between. */
export function logOutages(db: Knex, url: string, logger: Logger): void {
  let down = false
  const { pool } = db.client
  const at = databaseAt(url)
  pool.on('createFail', (_: number, error: Error & { code?: string }) => {
    const reason = explainSecurity(error, at) ?? error.message
    if (!down) logger.warn({ code: error.code, reason }, `cannot connect to ${at.part}`)
    down = true
  })
  pool.on('createSuccess', () => {
    if (down) logger.info({}, `connected to ${at.part} again`)
    down = false
  })
}
