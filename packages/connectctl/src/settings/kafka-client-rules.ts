import type { ConnectorConfig } from '../connect/connect-api.ts'
import { itemsOf } from './captured-tables.ts'
import { engineOf } from './engine.ts'
import { error, type Finding, warning } from './finding.ts'
import type { Environment } from './secrets.ts'

/** The settings with which Kafka's Java clients secure a connection. */
export const securitySettings: readonly string[] = `
  security.protocol sasl.mechanism sasl.jaas.config sasl.login.callback.handler.class sasl.client.callback.handler.class
  sasl.login.class sasl.kerberos.service.name sasl.oauthbearer.token.endpoint.url sasl.oauthbearer.scope.claim.name
  ssl.truststore.type ssl.truststore.location ssl.truststore.password ssl.truststore.certificates ssl.keystore.type
  ssl.keystore.location ssl.keystore.password ssl.keystore.key ssl.keystore.certificate.chain ssl.key.password
  ssl.endpoint.identification.algorithm ssl.protocol ssl.enabled.protocols ssl.cipher.suites ssl.provider
`
  .trim()
  .split(/\s+/)

const history = 'schema.history.internal'
/** The clients that a task opens beside those of its worker. They inherit nothing from the worker's settings. */
const historyClients = [`${history}.producer.`, `${history}.consumer.`]
const signalClient = 'signal.consumer.'

/** Prefixes under which a connector has settings of a Kafka client. */
export const clientPrefixes: readonly string[] = [
  ...historyClients,
  signalClient,
  'producer.override.',
  'admin.override.'
]

/** The security of each Kafka client that a connector has settings for, and of those that need some. */
export function checkKafkaClients(config: ConnectorConfig, environment: Environment): readonly Finding[] {
  return clientPrefixes.flatMap(prefix => {
    const client = clientOf(config, prefix)
    return [...checkValues(client), ...checkUse(client), ...checkLogin(client), ...checkPresence(client, environment)]
  })
}

type Client = {
  readonly config: ConnectorConfig
  readonly key: (name: string) => string
  readonly get: (name: string) => string | undefined
  /** Undefined if it has none, and then Kafka's default is PLAINTEXT, unless it takes its worker's. */
  readonly protocol: string | undefined
}

function clientOf(config: ConnectorConfig, prefix: string): Client {
  const key = (name: string) => `${prefix}${name}`
  const get = (name: string) => config[key(name)]
  return { config, key, get, protocol: get('security.protocol')?.toUpperCase() }
}

const values: Readonly<Record<string, readonly string[]>> = {
  'security.protocol': ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'],
  'sasl.mechanism': ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER', 'AWS_MSK_IAM', 'GSSAPI'],
  'ssl.truststore.type': ['JKS', 'PKCS12', 'PEM'],
  'ssl.keystore.type': ['JKS', 'PKCS12', 'PEM']
}

function checkValues({ key, get }: Client): readonly Finding[] {
  const wrong = Object.entries(values)
    .filter(([name, allowed]) => get(name) !== undefined && !allowed.includes(get(name)?.toUpperCase() ?? ''))
    .map(([name, allowed]) => error(key(name), `is ${get(name)}; it can be ${allowed.join(', ')}`))
  const name = 'ssl.endpoint.identification.algorithm'
  const algorithm = get(name)
  if (algorithm === undefined || algorithm.toLowerCase() === 'https') return wrong
  return [
    ...wrong,
    algorithm === ''
      ? warning(key(name), 'is empty: any server with a certificate of the same authority can pose as a broker')
      : error(key(name), `is ${algorithm}; it can be https, or empty to check no host name`)
  ]
}

/** Settings that Kafka's client would ignore or refuse. */
function checkUse({ config, key, get, protocol }: Client): readonly Finding[] {
  const unused = (what: RegExp) =>
    Object.keys(config)
      .filter(name => name.startsWith(key('')) && what.test(name.slice(key('').length)))
      .map(name => error(name, `has no effect: ${key('security.protocol')} is ${protocol ?? 'not set'}`))
  const given = protocol !== undefined || isOwn(key(''))
  const findings = given
    ? [
        ...(protocol?.startsWith('SASL') === true ? [] : unused(/^sasl\./)),
        ...(protocol?.endsWith('SSL') === true ? [] : unused(/^ssl\./))
      ]
    : []
  if (get('ssl.truststore.type')?.toUpperCase() === 'PEM' && get('ssl.truststore.password') !== undefined)
    findings.push(error(key('ssl.truststore.password'), 'must be left out: Kafka takes none for a truststore of PEM'))
  return findings
}

/** A client of Debezium, which inherits nothing from the worker. */
const isOwn = (prefix: string) => !prefix.includes('.override.')

const modules: readonly (readonly [mechanism: RegExp, module: string])[] = [
  [/^PLAIN$/, 'PlainLoginModule'],
  [/^SCRAM/, 'ScramLoginModule'],
  [/^OAUTHBEARER$/, 'OAuthBearerLoginModule'],
  [/^AWS_MSK_IAM$/, 'IAMLoginModule']
]

function checkLogin({ key, get, protocol }: Client): readonly Finding[] {
  if (protocol?.startsWith('SASL') !== true) return []
  const [mechanism, jaas] = [get('sasl.mechanism'), get('sasl.jaas.config')]
  const findings: Finding[] = []
  if (mechanism === undefined)
    findings.push(error(key('sasl.mechanism'), 'is missing: the default is GSSAPI (Kerberos)'))
  if (jaas === undefined) {
    const why = "is missing: without it, only a login file of the worker's JVM says who the client is"
    return [...findings, warning(key('sasl.jaas.config'), why)]
  }
  const [, module] = modules.find(([known]) => known.test(mechanism ?? '')) ?? []
  if (!jaas.trim().endsWith(';')) findings.push(error(key('sasl.jaas.config'), 'must end with a semicolon'))
  if (module !== undefined && !jaas.includes(`.${module} `))
    findings.push(error(key('sasl.jaas.config'), `names no ${module}, which ${mechanism} needs`))
  if (mechanism === 'PLAIN' && protocol === 'SASL_PLAINTEXT')
    findings.push(warning(key('security.protocol'), 'is SASL_PLAINTEXT: the password crosses the network in clear'))
  return findings
}

/** A client without `security.protocol` speaks plaintext, to which a secured broker says nothing. */
function checkPresence({ config, key, protocol }: Client, environment: Environment): readonly Finding[] {
  const prefix = key('')
  const wanted = environment['KAFKA_SECURITY_PROTOCOL'] ?? 'PLAINTEXT'
  if (protocol !== undefined || !isUsed(config, prefix)) return []
  const sibling = historyClients.find(other => config[`${other}security.protocol`] !== undefined)
  const why =
    wanted === 'PLAINTEXT'
      ? sibling !== undefined && historyClients.includes(prefix) && `${sibling}security.protocol is set`
      : `KAFKA_SECURITY_PROTOCOL is ${wanted}`
  const advice = "this client doesn't take its worker's, and speaks plaintext; CONNECT_DEFAULTS can set it for all"
  return why === false ? [] : [error(key('security.protocol'), `is missing, but ${why}: ${advice}`)]
}

function isUsed(config: ConnectorConfig, prefix: string): boolean {
  if (prefix === signalClient) return itemsOf(config['signal.enabled.channels']).includes('kafka')
  return historyClients.includes(prefix) && engineOf(config) === 'MySQL' && keepsHistoryInKafka(config)
}

/** Whether the schema history is a topic, as it is by default. */
export function keepsHistoryInKafka(config: ConnectorConfig): boolean {
  return (config[history] ?? 'KafkaSchemaHistory').endsWith('KafkaSchemaHistory')
}
