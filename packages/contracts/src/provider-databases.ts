import { mysqlUrl, type Progress, type Stack, startStack } from '@outbox-cdc/stack'
import { createConnection } from 'mysql2/promise'

/** Empty MySQL databases for providers that are started to be verified. The server starts with the first one. */
export function providerDatabases(dir: string, progress: Progress) {
  let starting: Promise<Stack> | undefined
  let count = 0
  return {
    /** Resolves with the URL of a database that has no table. */
    async create(): Promise<string> {
      starting ??= startStack({ dir, parts: ['mysql'], progress })
      const { mysql } = await starting
      const name = `provider_${++count}`
      const connection = await createConnection(mysqlUrl(mysql))
      try {
        // One of an earlier run may be left.
        await connection.query('DROP DATABASE IF EXISTS ??', [name])
        await connection.query('CREATE DATABASE ??', [name])
      } finally {
        await connection.end()
      }
      return `${mysqlUrl(mysql)}${name}`
    },
    async stop(): Promise<void> {
      await (await starting)?.stopAll()
    }
  }
}
