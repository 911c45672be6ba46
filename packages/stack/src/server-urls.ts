type Address = { readonly host: string; readonly port: number; readonly tls?: string | undefined }

type Login = { readonly user: string; readonly password: string; readonly database?: string }

/** `SCHEME://user:password@host:port/database?tls`. */
export function databaseUrl(scheme: 'mysql' | 'postgres', { host, port, tls }: Address, login: Login): string {
  const { user, password, database = '' } = login
  const parameters = tls === undefined ? '' : `?${tls}`
  return `${scheme}://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}${parameters}`
}

/** The URL of MySQL's root. */
export function mysqlUrl(server: Address & { readonly rootPassword: string }): string {
  return databaseUrl('mysql', server, { user: 'root', password: server.rootPassword })
}

/** The URL of PostgreSQL's superuser. */
export function postgresUrl(server: Address & { readonly password: string }, database = 'postgres'): string {
  return databaseUrl('postgres', server, { user: 'postgres', password: server.password, database })
}
