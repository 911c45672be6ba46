import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { ConfigError, loadConfig, variable } from './config.ts'
import { kafkaFrom } from './kafka.ts'

const schema = z.object({
  PORT: z.coerce.number().int().default(8080).describe('Port of the service'),
  URL: z.url().describe('Where the database is'),
  LEVEL: z.enum(['info', 'warn']).default('info')
})

it('reports every problem at once, with the purpose of each variable and without its value', () => {
  const load = () => loadConfig(schema, { PORT: 'hunter2', LEVEL: 'hunter3' })
  expect(load).toThrow(ConfigError)
  expect(load).toThrow(/PORT: .*\(Port of the service\)\n {2}URL: is not set \(Where the database is\)\n {2}LEVEL: /)
  expect(load).not.toThrow(/hunter/)
})

it('uses the default for an unset or empty variable, and cannot be changed', () => {
  const config = loadConfig(schema, { PORT: '', URL: 'mysql://127.0.0.1/orders', OTHER: 'x' })
  expect(config).toEqual({ PORT: 8080, URL: 'mysql://127.0.0.1/orders', LEVEL: 'info' })
  expect(Object.isFrozen(config)).toBe(true)
})

/** A folder with this file, removed when the test ends. */
function folderWith(file: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, file), text)
  return folder
}

it('puts the content of a referenced file into a URL encoded, and alone unchanged', () => {
  const secret = `\${dir:${folderWith('order_service', 'p@ss/word\n')}:order_service}`
  const env = { MYSQL_URL: `mysql://order_service:${secret}@mysql:3306/orders`, TOKEN: secret, EMPTY: '' }
  const names = z.object({ MYSQL_URL: z.string(), TOKEN: z.string(), EMPTY: z.string().optional() })
  expect(loadConfig(names, env)).toEqual({
    MYSQL_URL: 'mysql://order_service:p%40ss%2Fword@mysql:3306/orders',
    TOKEN: 'p@ss/word'
  })
})

it('names the missing file beside the other problems, and reads no reference of other variables', () => {
  const reference = '${dir:/nowhere:order_service}'
  const load = () => loadConfig(schema, { URL: `mysql://a:${reference}@mysql`, PORT: 'x', OTHER: reference })
  expect(load).toThrow(/URL: .*\/nowhere\/order_service can't be read \(ENOENT\) \(Where the database is\)\n {2}PORT: /)
  expect(loadConfig(schema, { URL: 'mysql://a', OTHER: reference })).toMatchObject({ PORT: 8080 })
})

const urls = z.object({ MYSQL_URL: variable.mysqlUrl('orders'), DATABASE_URL: variable.postgresUrl('board') })
const [mysql, postgres] = ['mysql://ann:hunter2@db/orders', 'postgres://ann:hunter2@db/board']

it.each([
  [{ MYSQL_URL: `${mysql}?ssl=true` }, /MYSQL_URL: The parameter ssl .* write ssl-mode=/],
  [{ MYSQL_URL: `${mysql}?ssl-mode=VERIFY_CA&ssl-ca=/nowhere.pem` }, /MYSQL_URL: ssl-ca: \/nowhere.pem can't be read/],
  [{ DATABASE_URL: `${postgres}?sslmode=prefer` }, /DATABASE_URL: sslmode must be one of/],
  [{ DATABASE_URL: mysql }, /DATABASE_URL: Invalid URL/]
])('refuses TLS settings of a database that would not work: %j', (wrong, sentence) => {
  const load = () => loadConfig(urls, { MYSQL_URL: mysql, DATABASE_URL: postgres, ...wrong })
  expect(load).toThrow(sentence)
  expect(load).not.toThrow(/hunter2/)
})

it.each(['nonsense', 'ftp://account', 'http://ann:hunter2@account', 'http://account?a=1', 'http://account#a'])(
  'refuses %s as the base URL of another service',
  url => {
    const load = () => loadConfig(z.object({ ACCOUNT_URL: variable.serviceUrl('account') }), { ACCOUNT_URL: url })
    expect(load).toThrow(/ACCOUNT_URL: (Invalid URL|must have no account, query or fragment) \(.* of account\)$/)
  }
)

const kafka = z.object(variable.kafka)
const secured = {
  KAFKA_BROKERS: 'one:9093, two:9093',
  KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
  KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
  KAFKA_SASL_USERNAME: 'delivery-service'
}

it('reaches Kafka in plaintext by default, and with TLS and a password from a file if the variables say so', () => {
  const plain = kafkaFrom(loadConfig(kafka, { KAFKA_BROKERS: 'one:9092' }))
  expect(plain).toEqual({ brokers: ['one:9092'], security: {} })
  const folder = folderWith('kafka', 'hunter2\n')
  const config = loadConfig(kafka, { ...secured, KAFKA_SASL_PASSWORD: `\${dir:${folder}:kafka}` })
  const sasl = { mechanism: 'SCRAM-SHA-512', username: 'delivery-service', password: 'hunter2' }
  expect(kafkaFrom(config)).toEqual({ brokers: ['one:9093', 'two:9093'], security: { tls: {}, sasl } })
})

it('names the variable that Kafka lacks, and lists the values that one may have', () => {
  expect(() => kafkaFrom(loadConfig(kafka, secured))).toThrow(/^KAFKA_SASL_PASSWORD is not set/)
  const wrong = { ...secured, KAFKA_BROKERS: 'one', KAFKA_SECURITY_PROTOCOL: 'TLS' }
  expect(() => loadConfig(kafka, wrong)).toThrow(/KAFKA_BROKERS: must be .*\n {2}KAFKA_SECURITY_PROTOCOL: .*SASL_SSL/)
})
