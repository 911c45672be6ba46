import type { ClientBase } from 'pg'
import { answersAsSent } from '../driver-answers.ts'
import { numbered, type OpenTransaction } from './open-transaction.ts'

/** The open transaction of a pg client, after its `BEGIN`. A pool isn't enough: each of its queries may take another client. */
export function pgTransaction(client: ClientBase): OpenTransaction {
  return {
    dialect: 'postgresql',
    connection: () => client,
    async run(sql, values) {
      const { rows, rowCount } = await client.query({
        text: numbered(sql),
        values: [...values],
        ...answersAsSent(client as object)
      })
      return { rows, affectedRows: rowCount ?? 0 }
    }
  }
}
