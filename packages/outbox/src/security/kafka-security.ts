import { cachedToken, fetchToken } from './oauth-token.ts'
import { mskToken } from './msk-token.ts'
import { readText, resolveSecrets } from './secrets.ts'
import { type Environment, SettingsError } from './settings-error.ts'

/** How a client proves who it is, and how it checks the brokers. Without either, the connection is plaintext. */
export type KafkaSecurity = {
  /** PEM texts. Without `ca`, Node's authorities count, which include those of NODE_EXTRA_CA_CERTS. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string }
  readonly sasl?: PasswordLogin | TokenLogin
}

type PasswordLogin = {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
  readonly username: string
  readonly password: string
}

/** `token` is called for each connection; it returns the same token until it nearly expires. */
type TokenLogin = { readonly mechanism: 'OAUTHBEARER'; readonly token: () => Promise<string> }

/** The values of KAFKA_SECURITY_PROTOCOL. */
export const securityProtocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const

type Read = (name: string) => string | undefined

/**
 * How to reach Kafka, from `KAFKA_SECURITY_PROTOCOL`, `KAFKA_SSL_*`, `KAFKA_SASL_*` and `KAFKA_OAUTH_*`. Throws a
 * `SettingsError` for a wrong or missing variable or file.
 */
export function kafkaSecurity(environment: Environment): KafkaSecurity {
  const read: Read = name => {
    const value = environment[name]
    return value === undefined || value === '' ? undefined : resolveSecrets(value, environment)
  }
  const protocol = read('KAFKA_SECURITY_PROTOCOL') ?? 'PLAINTEXT'
  requireOneOf('KAFKA_SECURITY_PROTOCOL', protocol, securityProtocols)
  const withTls = protocol.endsWith('SSL')
  const withSasl = protocol.startsWith('SASL')
  if (!withTls) refuse(read, protocol, ['KAFKA_SSL_CA', 'KAFKA_SSL_CERT', 'KAFKA_SSL_KEY'])
  if (!withSasl) refuse(read, protocol, ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'])
  return { ...(withTls && { tls: tlsOf(read) }), ...(withSasl && { sasl: saslOf(read) }) }
}

/** Who the brokers see, such as `User:delivery-service`; undefined if a certificate or a token says so. */
export function kafkaPrincipal({ tls, sasl }: KafkaSecurity): string | undefined {
  if (sasl !== undefined) return sasl.mechanism === 'OAUTHBEARER' ? undefined : `User:${sasl.username}`
  return tls?.cert === undefined ? 'User:ANONYMOUS' : undefined
}

function tlsOf(read: Read): NonNullable<KafkaSecurity['tls']> {
  const pem = (name: string) => {
    const path = read(name)
    return path === undefined ? undefined : readText(name, path)
  }
  const [ca, cert, key] = [pem('KAFKA_SSL_CA'), pem('KAFKA_SSL_CERT'), pem('KAFKA_SSL_KEY')]
  if ((cert === undefined) !== (key === undefined))
    throw new SettingsError('KAFKA_SSL_CERT and KAFKA_SSL_KEY belong together: set both or neither')
  return { ...(ca !== undefined && { ca }), ...(cert !== undefined && key !== undefined && { cert, key }) }
}

/** The values of KAFKA_SASL_MECHANISM. */
export const saslMechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER', 'AWS_MSK_IAM'] as const

function saslOf(read: Read): PasswordLogin | TokenLogin {
  const needed = (name: string) => {
    const value = read(name)
    if (value !== undefined) return value
    throw new SettingsError(`${name} is not set; KAFKA_SASL_MECHANISM=${read('KAFKA_SASL_MECHANISM')} needs it`)
  }
  const given = read('KAFKA_SASL_MECHANISM')
  if (given === undefined)
    throw new SettingsError(`KAFKA_SASL_MECHANISM is not set: choose one of ${saslMechanisms.join(', ')}`)
  const mechanism = requireOneOf('KAFKA_SASL_MECHANISM', given, saslMechanisms)
  if (mechanism === 'AWS_MSK_IAM')
    return { mechanism: 'OAUTHBEARER', token: cachedToken(mskToken(needed('AWS_REGION'))) }
  if (mechanism !== 'OAUTHBEARER')
    return { mechanism, username: needed('KAFKA_SASL_USERNAME'), password: needed('KAFKA_SASL_PASSWORD') }
  const endpoint = {
    url: needed('KAFKA_OAUTH_TOKEN_URL'),
    clientId: needed('KAFKA_OAUTH_CLIENT_ID'),
    clientSecret: needed('KAFKA_OAUTH_CLIENT_SECRET'),
    scope: read('KAFKA_OAUTH_SCOPE')
  }
  if (!URL.canParse(endpoint.url)) throw new SettingsError('KAFKA_OAUTH_TOKEN_URL must be a URL')
  return { mechanism, token: cachedToken(() => fetchToken(endpoint)) }
}

function requireOneOf<Value extends string>(name: string, value: string, allowed: readonly Value[]): Value {
  const found = allowed.find(each => each === value)
  if (found !== undefined) return found
  throw new SettingsError(`${name} must be one of ${allowed.join(', ')}`)
}

/** A password that is set, but wouldn't be used, is a mistake that must not go unnoticed. */
function refuse(read: Read, protocol: string, names: readonly string[]): void {
  const unused = names.find(name => read(name) !== undefined)
  if (unused !== undefined)
    throw new SettingsError(`${unused} is set, but KAFKA_SECURITY_PROTOCOL is ${protocol}, which doesn't use it`)
}
