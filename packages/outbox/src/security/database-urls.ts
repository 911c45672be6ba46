import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import { type Certificates, mysqlModes, type MysqlTls, mysqlTls } from './mysql-tls.ts'
import { readText } from './secrets.ts'
import { SettingsError } from './settings-error.ts'

/** Where a database is, and how to log in. */
export type DatabaseOptions<Tls> = Tls & {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

/** TLS for pg; certificates are PEM texts. */
export type PostgresTls = {
  readonly ssl?: Certificates & {
    readonly rejectUnauthorized: boolean
    readonly checkServerIdentity: (host: string, certificate: PeerCertificate) => Error | undefined
  }
}

/**
 * The options of mysql2 for `mysql://user:password@host:port/database`. TLS has MySQL's own names:
 * `?ssl-mode=DISABLED|REQUIRED|VERIFY_CA|VERIFY_IDENTITY&ssl-ca=FILE&ssl-cert=FILE&ssl-key=FILE`. Without `ssl-mode` there
 * is no TLS. Other parameters become options of mysql2. Throws a `SettingsError`.
 */
export function mysqlOptions(url: string): DatabaseOptions<MysqlTls> {
  const { place, parameters } = parse(url, { protocols: ['mysql:'], port: 3306 })
  const { mode = 'DISABLED', ...found } = take(parameters, {
    modes: mysqlModes,
    mode: 'ssl-mode',
    files: { ca: 'ssl-ca', cert: 'ssl-cert', key: 'ssl-key' }
  })
  const options = Object.fromEntries([...parameters].map(([name, text]) => [name, valueOf(text)]))
  return { ...place, ...options, ...mysqlTls({ ...place, ...found, mode }) }
}

/**
 * The options of pg for `postgres://user:password@host:port/database`. TLS has libpq's names and meanings:
 * `?sslmode=disable|require|verify-ca|verify-full&sslrootcert=FILE&sslcert=FILE&sslkey=FILE`. Without `sslmode` there is no
 * TLS. Other parameters become options of pg. Throws a `SettingsError`.
 */
export function postgresOptions(url: string): DatabaseOptions<PostgresTls> {
  const { place, parameters } = parse(url, { protocols: ['postgres:', 'postgresql:'], port: 5432 })
  const { mode, ...found } = take(parameters, {
    modes: ['disable', 'require', 'verify-ca', 'verify-full'],
    mode: 'sslmode',
    files: { ca: 'sslrootcert', cert: 'sslcert', key: 'sslkey' }
  })
  const options = { ...place, ...Object.fromEntries(parameters) }
  if (mode === undefined || mode === 'disable') return options
  // As libpq does, `require` checks the authority if one is named.
  const rejectUnauthorized = mode !== 'require' || found.ca !== undefined
  const anyHost = () => undefined
  return {
    ...options,
    ssl: { ...found, rejectUnauthorized, checkServerIdentity: mode === 'verify-full' ? checkServerIdentity : anyHost }
  }
}

function parse(text: string, { protocols, port }: { readonly protocols: readonly string[]; readonly port: number }) {
  // An error of `new URL` would show the text, and with it the password.
  const url = URL.parse(text)
  const [scheme] = protocols
  if (url === null || !protocols.includes(url.protocol))
    throw new SettingsError(`The database must be a URL such as ${scheme}//user:password@host:${port}/database`)
  const decode = (part: string) => {
    try {
      return decodeURIComponent(part)
    } catch {
      throw new SettingsError(`The ${scheme}// URL has a % that encodes nothing: write %25 for a % of the password`)
    }
  }
  const place = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || port),
    user: decode(url.username),
    password: decode(url.password),
    database: decode(url.pathname.slice(1))
  }
  return { place, parameters: new Map(url.searchParams) }
}

type Names<Mode extends string> = {
  readonly modes: readonly Mode[]
  readonly mode: string
  readonly files: { readonly ca: string; readonly cert: string; readonly key: string }
}

/** Takes what concerns TLS out of the parameters, and refuses what would be ignored. */
function take<Mode extends string>(
  parameters: Map<string, string>,
  { modes, mode, files }: Names<Mode>
): Certificates & { readonly mode?: Mode } {
  const given = parameters.get(mode)
  const chosen = modes.find(each => each.toUpperCase() === given?.toUpperCase())
  const wanted = `${mode}=${modes.join('|')}`
  if (given !== undefined && chosen === undefined) throw new SettingsError(`${mode} must be one of ${modes.join(', ')}`)
  parameters.delete(mode)
  const pem = Object.entries(files).flatMap(([kind, name]) => {
    const path = parameters.get(name)
    parameters.delete(name)
    if (path === undefined || path === 'system') return []
    if (chosen === undefined) throw new SettingsError(`${name} needs ${wanted}`)
    return [[kind, readText(name, path)]]
  })
  const unknown = [...parameters.keys()].find(name => /ssl|tls/i.test(name))
  if (unknown !== undefined)
    throw new SettingsError(`The parameter ${unknown} of the database's URL is unknown: write ${wanted}`)
  const found: Certificates = Object.fromEntries(pem)
  if ((found.cert === undefined) !== (found.key === undefined))
    throw new SettingsError(`${files.cert} and ${files.key} belong together: give both or neither`)
  return { ...found, ...(chosen !== undefined && { mode: chosen }) }
}

/** As mysql2 reads a parameter of a URL. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
