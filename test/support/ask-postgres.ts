import pg from 'pg'

type Server = { readonly host?: string; readonly port?: number; readonly password?: string }

/** The rows of a statement that the superuser runs. */
export async function askPostgres(server: Server, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new pg.Client({ ...server, user: 'postgres', database: 'postgres' })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}
