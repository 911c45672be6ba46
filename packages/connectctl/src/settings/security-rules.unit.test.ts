import { expect, it } from 'vitest'
import { checkDatabaseTls } from './database-tls-rules.ts'
import { checkConfig } from './check-config.ts'
import { connectorClasses } from './engine.ts'
import { checkKafkaClients } from './kafka-client-rules.ts'
import { hidesSecret, isSecretKey } from './secrets.ts'

const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required'
const jaas = `${scram} username="connect" password="\${dir:/run/secrets:kafka}";`
const secured = { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' }
const prefixes = ['schema.history.internal.producer.', 'schema.history.internal.consumer.'] as const

function history(settings: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    prefixes.flatMap(prefix => Object.entries(settings).map(([name, value]) => [`${prefix}${name}`, value]))
  )
}

const login = { 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'SCRAM-SHA-512', 'sasl.jaas.config': jaas }
const findings = (settings: Record<string, string>, environment = {}) =>
  checkKafkaClients(settings, environment).map(({ level, key, why }) => `${level} ${key} ${why}`)

it('accepts a schema history that is secured as Kafka is, and one that says it is not', () => {
  const pem = { 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': '/run/ca.pem' }
  expect(findings(history({ ...login, ...pem }), secured)).toEqual([])
  expect(findings(history({ 'security.protocol': 'PLAINTEXT' }), secured)).toEqual([])
  expect(findings({}, {})).toEqual([])
  const postgres = { 'connector.class': connectorClasses.PostgreSQL }
  expect(findings(postgres, secured)).toEqual([])
})

it('says before anything is sent that the schema history would speak plaintext to a secured cluster', () => {
  const said = findings({}, secured)
  expect(said).toHaveLength(2)
  expect(said[0]).toMatch(
    /^error schema.history.internal.producer.security.protocol is missing, but KAFKA_SECURITY_PROTOCOL is SASL_SSL: this client doesn't take its worker's/
  )
  const half = Object.fromEntries(Object.entries(history(login)).filter(([key]) => key.includes('producer')))
  expect(findings(half)).toEqual([expect.stringContaining('consumer.security.protocol is missing, but')])
  const signals = { 'signal.enabled.channels': 'source,kafka' }
  expect(findings({ ...history(login), ...signals }, secured)).toEqual([
    expect.stringContaining('error signal.consumer.security.protocol is missing')
  ])
})

it.each([
  ['a protocol that does not exist', { 'security.protocol': 'TLS' }, 'it can be PLAINTEXT, SSL'],
  ['a mechanism that does not exist', { 'sasl.mechanism': 'SCRAM' }, 'it can be PLAIN, SCRAM-SHA-256'],
  ['no mechanism', { 'sasl.mechanism': undefined }, 'the default is GSSAPI'],
  [
    'no login',
    { 'sasl.jaas.config': undefined },
    'warning schema.history.internal.producer.sasl.jaas.config is missing'
  ],
  ['a login without its semicolon', { 'sasl.jaas.config': jaas.slice(0, -1) }, 'must end with a semicolon'],
  ['the module of another mechanism', { 'sasl.mechanism': 'PLAIN' }, 'names no PlainLoginModule, which PLAIN needs'],
  ['a login without SASL', { 'security.protocol': 'SSL' }, 'sasl.jaas.config has no effect'],
  [
    'a truststore without TLS',
    { 'security.protocol': 'SASL_PLAINTEXT', 'ssl.truststore.location': '/run/ca.pem' },
    'ssl.truststore.location has no effect'
  ],
  [
    'a password for a truststore of PEM',
    { 'ssl.truststore.type': 'PEM', 'ssl.truststore.password': '${dir:/run:p}' },
    'must be left out'
  ],
  ['no check of host names', { 'ssl.endpoint.identification.algorithm': '' }, 'can pose as a broker'],
  ['an unknown check of host names', { 'ssl.endpoint.identification.algorithm': 'ldaps' }, 'it can be https']
])('finds %s of a Kafka client', (_what, changes, words) => {
  const settings = Object.entries({ ...login, ...changes }).filter(([, value]) => value !== undefined)
  expect(findings(history(Object.fromEntries(settings) as Record<string, string>))).toContainEqual(
    expect.stringContaining(words)
  )
})

const truststore = { 'database.ssl.truststore': '/run/trust.p12' }
const postgres = { 'connector.class': connectorClasses.PostgreSQL }
it.each([
  ['required', { 'database.ssl.mode': 'required' }, 'is required, which checks no certificate'],
  ['a truststore without a check', truststore, "isn't used: database.ssl.mode is preferred"],
  ['a password without its store', { 'database.ssl.keystore.password': '${dir:/run:p}' }, 'keystore is missing'],
  ['no TLS and no public key', { 'database.ssl.mode': 'disabled' }, 'Public Key Retrieval is not allowed'],
  ['require', { ...postgres, 'database.sslmode': 'require' }, 'set it to verify-full'],
  ['no authority', { ...postgres, 'database.sslmode': 'verify-full' }, '~/.postgresql/root.crt'],
  ['a certificate without its key', { ...postgres, 'database.sslcert': '/run/c.pem' }, 'sslkey is missing']
])('finds %s of a database', (_what, settings, words) => {
  const said = checkDatabaseTls(settings as Record<string, string>, {}).map(({ key, why }) => `${key} ${why}`)
  expect(said).toContainEqual(expect.stringContaining(words))
})

it('wants the certificate of a database checked on a secured cluster', () => {
  const [mysql] = checkDatabaseTls({}, secured)
  expect(mysql?.why).toContain('is preferred, which checks no certificate')
  expect(checkDatabaseTls(postgres, secured)[0]?.why).toContain('is prefer, which checks no certificate')
})

it('says nothing of a database whose certificate is checked, or of a plain one on a plain cluster', () => {
  expect(checkDatabaseTls({}, {})).toEqual([])
  expect(checkDatabaseTls({ 'database.ssl.mode': 'verify_identity', ...truststore }, secured)).toEqual([])
  const full = { ...postgres, 'database.sslmode': 'verify-full', 'database.sslrootcert': '/run/ca.pem' }
  expect(checkDatabaseTls(full, secured)).toEqual([])
  const open = { 'database.ssl.mode': 'disabled', 'driver.allowPublicKeyRetrieval': 'true' }
  expect(checkDatabaseTls(open, {})).toEqual([])
})

it('takes a login whose password is a reference, and refuses a password in clear', () => {
  const key = 'schema.history.internal.producer.sasl.jaas.config'
  expect(isSecretKey(key)).toBe(true)
  expect(hidesSecret(key, jaas)).toBe(true)
  expect(hidesSecret(key, `${scram} username="connect" password="hunter2";`)).toBe(false)
  expect(hidesSecret(key, `${scram} username=connect password=hunter2;`)).toBe(false)
  expect(isSecretKey('producer.override.ssl.keystore.key')).toBe(true)
  expect(isSecretKey('signal.consumer.sasl.oauthbearer.token.endpoint.url')).toBe(false)
})

it('suggests the right name of a misspelt setting of a Kafka client', () => {
  const misspelt = { 'connector.class': connectorClasses.MySQL, ...history({ 'ssl.trustore.location': '/run/ca.pem' }) }
  const said = checkConfig(misspelt).map(({ why }) => why)
  expect(said).toContainEqual(
    expect.stringContaining('did you mean schema.history.internal.producer.ssl.truststore.location?')
  )
})
