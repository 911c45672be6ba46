import type { Connection, PoolConnection } from 'mysql2/promise'
import { answersAsSent } from '../driver-answers.ts'
import { mysqlAnswer, type OpenTransaction } from './open-transaction.ts'

/** The open transaction of a mysql2 connection (of `mysql2/promise`), after its `beginTransaction()`. */
export function mysql2Transaction(connection: Connection | PoolConnection): OpenTransaction {
  // A pool gives the same connection in a new wrapper each time.
  const inner = 'connection' in connection ? (connection.connection as unknown as object) : connection
  return {
    dialect: 'mysql',
    connection: () => inner,
    async run(sql, values) {
      const [answer] = await connection.query({ sql, values: [...values], ...answersAsSent(inner) })
      return mysqlAnswer(answer)
    }
  }
}
