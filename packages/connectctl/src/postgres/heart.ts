import type { ConnectorConfig } from '../connect/connect-api.ts'
import type { Environment } from '../settings/secrets.ts'
import type { Heart, ProbeAccount } from '../source/source.ts'
import { connectPostgres, end, rowsOf } from './connection.ts'

type HeartOptions = { readonly account: ProbeAccount; readonly table: string; readonly environment: Environment }

/** Writes a row and takes it away in the same transaction, as the outbox does with its events. */
export async function openPostgresHeart(
  config: ConnectorConfig,
  { account, table, environment }: HeartOptions
): Promise<Heart> {
  const [schema = '', name = ''] = table.split('.')
  const quoted = `"${schema}"."${name}"`
  const publication = config['publication.name'] ?? 'dbz_publication'
  const client = await connectPostgres(config, account, environment)
  try {
    const select = 'SELECT 1 FROM pg_publication_tables WHERE pubname = $1 AND schemaname = $2 AND tablename = $3'
    if ((await rowsOf(client, select, [publication, schema, name])).length === 0)
      throw new Error(
        `the publication ${publication} has no table ${table}: ALTER PUBLICATION ${publication} ADD TABLE ${table}`
      )
  } catch (error) {
    end(client)
    throw error
  }
  return {
    async beat(sender) {
      await client.query('BEGIN')
      const insert = `INSERT INTO ${quoted} (sender, sent_ms) VALUES ($1, $2) RETURNING id`
      const [row] = await rowsOf<{ id: string }>(client, insert, [sender, Date.now()])
      await client.query(`DELETE FROM ${quoted} WHERE id = $1`, [row?.id])
      await client.query('COMMIT')
    },
    close: () => end(client)
  }
}
