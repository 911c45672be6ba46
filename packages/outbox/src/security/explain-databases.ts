import { type Known, type Connection, placeOf } from './connection.ts'

/** What MySQL and PostgreSQL refuse. Other privileges than the login stay with the server's own words. */
export function databaseProblem({ code, message }: Known, at: Connection): string | undefined {
  return mysqlProblem(String(code), message, at) ?? postgresProblem(String(code), message, at)
}

function mysqlProblem(code: string, message: string, at: Connection): string | undefined {
  const part = { ...at, part: 'MySQL' }
  if (code === 'ER_SECURE_TRANSPORT_REQUIRED')
    return `${placeOf(part)} demands TLS: add ?ssl-mode=VERIFY_IDENTITY to its URL.`
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT')
    return `${placeOf(part)} speaks no TLS: take ssl-mode out of its URL, or turn TLS on.`
  if (/^ER_ACCESS_DENIED(?:_NO_PASSWORD)?_ERROR$/.test(code)) {
    const account = /'[^']*'@'[^']*'/.exec(message)?.[0] ?? at.principal ?? 'this account'
    return `${placeOf(part)} refuses ${account}: the password is wrong, there is no such account, or the account demands TLS.`
  }
  if (code === 'ER_DBACCESS_DENIED_ERROR') {
    const [, account, database] = /('[^']*'@'[^']*') to database '([^']*)'/.exec(message) ?? []
    return account === undefined
      ? undefined
      : `${account} has no grant on the database ${database} of ${placeOf(part)}.`
  }
  return undefined
}

function postgresProblem(code: string, message: string, at: Connection): string | undefined {
  const part = { ...at, part: 'PostgreSQL' }
  if (message === 'The server does not support SSL connections')
    return `${placeOf(part)} speaks no TLS: take sslmode out of its URL, or turn TLS on.`
  if (code === '28P01') {
    const user = /"([^"]*)"/.exec(message)?.[1] ?? at.principal ?? 'this user'
    return `${placeOf(part)} refuses ${user}: the password is wrong, or there is no such user.`
  }
  if (code !== '28000') return undefined
  const [, host, user, database, encryption] =
    /no pg_hba\.conf entry for (?:\w+ )?host "([^"]*)", user "([^"]*)", database "([^"]*)", (.*)$/.exec(message) ?? []
  if (host === undefined)
    return /client certificate/.test(message)
      ? `${placeOf(part)} demands a client certificate: name it with sslcert and sslkey in its URL.`
      : undefined
  if (encryption === 'no encryption' || encryption === 'SSL off')
    return `${placeOf(part)} refuses ${user} on ${database} without TLS: add ?sslmode=verify-full to its URL.`
  return `${placeOf(part)} refuses ${user} on ${database} from ${host}: its pg_hba.conf has no line for it.`
}
