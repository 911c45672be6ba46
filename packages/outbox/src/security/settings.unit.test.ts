import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { kafkaPrincipal, kafkaSecurity, mysqlOptions, postgresOptions, resolveSecrets } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'security-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const ca = file('ca.pem', 'the authority')
const cert = file('cert.pem', 'the certificate')
const key = file('key.pem', 'the key')

describe('a reference to a secret', () => {
  file('password', 'p@ss/word\n')
  const properties = file('all.properties', '# of the test\nuser = ann\npassword=a=b\n')
  const environment = { TOKEN: 'a token' }

  it.each([
    [`\${dir:${folder}:password}`, 'p@ss/word'],
    [`\${file:${properties}:user}`, 'ann'],
    [`\${file:${properties}:password}`, 'a=b'],
    ['${env:TOKEN}', 'a token'],
    [`mysql://ann:\${dir:${folder}:password}@db/x?y=\${env:TOKEN}`, 'mysql://ann:p%40ss%2Fword@db/x?y=a%20token'],
    ['Bearer ${env:TOKEN}', 'Bearer a token'],
    ['${vault:x:y} and $TOKEN', '${vault:x:y} and $TOKEN']
  ])('%s stands for it', (text, expected) => expect(resolveSecrets(text, environment)).toBe(expected))

  it.each([
    [`\${dir:${folder}:missing}`, /missing can't be read \(ENOENT\)$/],
    [`\${file:${properties}:missing}`, /all\.properties has no missing$/],
    ['${env:MISSING}', /MISSING is not set$/]
  ])('%s that leads to nothing is an error', (text, message) => expect(() => resolveSecrets(text, {})).toThrow(message))
})

describe('the settings of Kafka', () => {
  it('are plaintext without a variable', () => expect(kafkaSecurity({ KAFKA_SASL_PASSWORD: '' })).toEqual({}))

  it('hold the texts of the certificates and the resolved password', () => {
    const security = kafkaSecurity({
      KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
      KAFKA_SSL_CA: ca,
      KAFKA_SSL_CERT: cert,
      KAFKA_SSL_KEY: key,
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_SASL_USERNAME: 'ann',
      KAFKA_SASL_PASSWORD: '${env:OTHER}',
      OTHER: 'secret'
    })
    expect(security).toEqual({
      tls: { ca: 'the authority', cert: 'the certificate', key: 'the key' },
      sasl: { mechanism: 'SCRAM-SHA-512', username: 'ann', password: 'secret' }
    })
    expect(kafkaPrincipal(security)).toBe('User:ann')
  })

  it("trust Node's authorities without one of their own", () =>
    expect(kafkaSecurity({ KAFKA_SECURITY_PROTOCOL: 'SSL' })).toEqual({ tls: {} }))

  const sasl = { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SASL_MECHANISM: 'PLAIN', KAFKA_SASL_USERNAME: 'ann' }
  it.each([
    [
      { KAFKA_SECURITY_PROTOCOL: 'TLS' },
      'KAFKA_SECURITY_PROTOCOL must be one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL'
    ],
    [
      { KAFKA_SASL_PASSWORD: 'hidden' },
      "KAFKA_SASL_PASSWORD is set, but KAFKA_SECURITY_PROTOCOL is PLAINTEXT, which doesn't use it"
    ],
    [{ KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CA: '/missing' }, "KAFKA_SSL_CA: /missing can't be read (ENOENT)"],
    [
      { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CERT: cert },
      'KAFKA_SSL_CERT and KAFKA_SSL_KEY belong together: set both or neither'
    ],
    [sasl, 'KAFKA_SASL_PASSWORD is not set; KAFKA_SASL_MECHANISM=PLAIN needs it'],
    [
      { ...sasl, KAFKA_SASL_MECHANISM: 'GSSAPI' },
      'KAFKA_SASL_MECHANISM must be one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER, AWS_MSK_IAM'
    ]
  ])('%j are an error in one sentence', (environment, message) =>
    expect(() => kafkaSecurity(environment)).toThrow(expect.objectContaining({ name: 'SettingsError', message }))
  )
})

describe('the URL of MySQL', () => {
  const place = { host: 'db', port: 3306, user: 'ann', password: 'a/b', database: 'orders' }
  const url = 'mysql://ann:a%2Fb@db/orders'

  it.each([
    ['', {}],
    ['?ssl-mode=disabled&charset=latin1', { charset: 'latin1' }],
    ['?ssl-mode=required', { ssl: { rejectUnauthorized: false, verifyIdentity: false } }],
    ['?ssl-mode=VERIFY_CA', { ssl: { rejectUnauthorized: true, verifyIdentity: false } }],
    [
      `?ssl-mode=VERIFY_IDENTITY&ssl-ca=${ca}&ssl-cert=${cert}&ssl-key=${key}`,
      {
        ssl: {
          ca: 'the authority',
          cert: 'the certificate',
          key: 'the key',
          rejectUnauthorized: true,
          verifyIdentity: true
        }
      }
    ]
  ])('takes %s', (parameters, more) => expect(mysqlOptions(url + parameters)).toEqual({ ...place, ...more }))

  it.each([
    [
      '?ssl=true',
      "The parameter ssl of the database's URL is unknown: write ssl-mode=DISABLED|REQUIRED|VERIFY_CA|VERIFY_IDENTITY"
    ],
    ['?ssl-mode=PREFERRED', 'ssl-mode must be one of DISABLED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY'],
    [`?ssl-ca=${ca}`, 'ssl-ca needs ssl-mode=DISABLED|REQUIRED|VERIFY_CA|VERIFY_IDENTITY'],
    ['?ssl-mode=VERIFY_CA&ssl-ca=/missing', "ssl-ca: /missing can't be read (ENOENT)"],
    [
      '?ssl-mode=VERIFY_CA&ssl-verify=1',
      "The parameter ssl-verify of the database's URL is unknown: write ssl-mode=DISABLED|REQUIRED|VERIFY_CA|VERIFY_IDENTITY"
    ]
  ])('refuses %s', (parameters, message) =>
    expect(() => mysqlOptions(url + parameters)).toThrow(expect.objectContaining({ name: 'SettingsError', message }))
  )

  it('lets Node compare the certificate with an IP address, for which mysql2 gives no name', () => {
    expect(mysqlOptions('mysql://ann@db/orders?ssl-mode=VERIFY_IDENTITY').stream).toBeUndefined()
    const socket = mysqlOptions('mysql://ann@127.0.0.1:1/orders?ssl-mode=VERIFY_IDENTITY').stream?.()
    expect(socket).toMatchObject({ _host: '127.0.0.1' })
    socket?.on('error', () => undefined).destroy()
  })

  it.each(['secret', 'http://ann:secret@db/orders', 'mysql://ann:%sec@db/orders'])('shows no password of %s', text =>
    expect(() => mysqlOptions(text)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('sec@') }))
  )
})

describe('the URL of PostgreSQL', () => {
  const place = { host: '::1', port: 5433, user: 'ann', password: 'secret', database: 'orders' }
  const url = 'postgresql://ann:secret@[::1]:5433/orders'

  it.each([
    ['', undefined],
    ['?sslmode=disable', undefined],
    ['?sslmode=require', { rejectUnauthorized: false }],
    [`?sslmode=require&sslrootcert=${ca}`, { ca: 'the authority', rejectUnauthorized: true }],
    ['?sslmode=verify-ca', { rejectUnauthorized: true }]
  ])('takes %s', (parameters, tls) => {
    const { ssl, ...others } = postgresOptions(url + parameters)
    expect(others).toEqual(place)
    if (tls === undefined) expect(ssl).toBeUndefined()
    else expect(ssl).toMatchObject(tls)
    expect(ssl?.checkServerIdentity('elsewhere', { subject: { CN: 'db' } } as never)).toBeUndefined()
  })

  it('checks the name of the host with verify-full, and leaves other parameters to pg', () => {
    const { ssl, ...others } = postgresOptions(`${url}?sslmode=verify-full&sslrootcert=system&application_name=x`)
    expect(others).toEqual({ ...place, application_name: 'x' })
    expect(ssl?.checkServerIdentity('elsewhere', { subject: { CN: 'db' } } as never)).toBeInstanceOf(Error)
  })

  it.each([
    ['?ssl=true', /^The parameter ssl of the database's URL is unknown: write sslmode=disable/],
    ['?sslmode=prefer', 'sslmode must be one of disable, require, verify-ca, verify-full'],
    [`?sslmode=verify-ca&sslkey=${key}`, 'sslcert and sslkey belong together: give both or neither']
  ])('refuses %s', (parameters, message) => expect(() => postgresOptions(url + parameters)).toThrow(message))
})
