import { type Connection, explainSecurity } from '@outbox-cdc/outbox/security'
import type { Knex } from 'knex'

/** A server refuses this process, or this process doesn't trust it. The message is the one sentence that says so. */
export class RefusedError extends Error {}

/** What a sentence calls the database of a URL. */
export function databaseAt(url: string): Connection {
  const { protocol, host, username } = new URL(url)
  const part = protocol === 'mysql:' ? 'MySQL' : 'PostgreSQL'
  return { part, address: host, principal: decodeURIComponent(username) }
}

/** Runs `work`; if security breaks it, the error is a `RefusedError`. */
export async function explaining<T>(at: Connection, work: () => PromiseLike<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof RefusedError) throw error
    const sentence = explainSecurity(error, at)
    throw sentence === undefined ? error : new RefusedError(sentence, { cause: error })
  }
}

/** Makes each query of `db` explain a connection that security broke. */
export function explainConnections(db: Knex, url: string): void {
  const { client } = db
  const acquire: () => Promise<unknown> = client.acquireConnection.bind(client)
  client.acquireConnection = () => explaining(databaseAt(url), acquire)
}
