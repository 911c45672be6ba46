import { type Connection, explainSecurity } from '@outbox-cdc/outbox/security'
import type { Check } from './health.ts'

/** What a sentence calls the database of a URL. */
export function databaseAt(url: string): Connection {
  const { protocol, host, username } = new URL(url)
  const part = protocol === 'mysql:' ? 'MySQL' : 'PostgreSQL'
  return { part, address: host, principal: decodeURIComponent(username) }
}

/** The error, or, if security broke the connection, one whose message is the sentence that says so. */
export function explained(error: unknown, at: Connection): unknown {
  const sentence = explainSecurity(error, at)
  return sentence === undefined ? error : new Error(sentence, { cause: error })
}

/** A check that says in one sentence if security keeps the part from answering. */
export function explaining(at: Connection, check: Check): Check {
  return async () => {
    try {
      return await check()
    } catch (error) {
      throw explained(error, at)
    }
  }
}
