import { join } from 'node:path'
import { urlFor } from '@outbox-cdc/pipeline'
import knex, { type Knex } from 'knex'
import type { TestPipeline } from './test-pipeline.ts'

/** A database of a pipeline, as one of its accounts sees it. The caller closes it. */
export async function openServiceDatabase(pipeline: TestPipeline, database: string, account: string): Promise<Knex> {
  const { settings, stack } = pipeline
  const at = { system: settings.system, stack, secretsDir: join(settings.dir, 'secrets') }
  const connection = await urlFor(account, database, at)
  const client = connection.startsWith('postgres') ? 'pg' : 'mysql2'
  // While the server is away, its pool would warn of each attempt.
  return knex({ client, connection, pool: { min: 0, max: 4 }, log: { warn: () => undefined } })
}
