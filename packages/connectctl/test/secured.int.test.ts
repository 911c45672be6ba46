import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { freePort, noPostgres } from '@outbox-cdc/stack'
import { execa } from 'execa'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { createConnectApi } from '../src/connect/connect-api.ts'
import { run } from '../src/commands/program.ts'
import { connectMysql } from '../src/mysql/connection.ts'
import { connectPostgres } from '../src/postgres/connection.ts'
import { faultyCertificate } from './faulty-certificate.ts'
import { runConnectctl } from './run-connectctl.ts'
import { startSecured } from './secured-stack.ts'

let secured: Awaited<ReturnType<typeof startSecured>>
/** All output so far. */
const said: string[] = []

beforeAll(async () => {
  secured = await startSecured()
})
afterAll(() => secured?.stop())

async function connectctl(environment: Readonly<Record<string, string>>, ...args: string[]) {
  const answer = await runConnectctl(['--timeout', '60', '--dir', secured.dir, ...args], environment)
  said.push(answer.out, answer.err)
  return answer
}

const file = join(import.meta.dirname, '../../../connect-config/orders-connector.json')

/** Runs `connectctl keep` until the test ends. */
async function keep(environment: Readonly<Record<string, string>>) {
  const port = await freePort()
  const stopped = Promise.withResolvers<void>()
  const ended = run(['keep', file, '--port', String(port)], {
    environment: { ...environment, LOG_LEVEL: 'silent' },
    write: text => void said.push(text),
    note: text => void said.push(text),
    confirm: () => Promise.resolve(false),
    colour: false,
    untilStopped: () => stopped.promise
  })
  onTestFinished(async () => {
    stopped.resolve()
    await ended
  })
  return async (path: string) => {
    const text = await fetch(`http://127.0.0.1:${port}${path}`).then(response => response.text())
    said.push(text)
    return text
  }
}

it('applies, examines and moves a connector where every server demands TLS and a password', async () => {
  const environment = secured.environmentOf('operator')
  expect(await connectctl(environment, 'validate', file)).toMatchObject({
    code: 0,
    out: '✓ orders-connector: nothing to say'
  })
  expect(await connectctl(environment, 'apply', file)).toMatchObject({ code: 0 })
  expect((await connectctl(environment, 'offsets', 'set', 'orders-connector', '--to', 'now', '--yes')).err).toContain(
    'old offsets saved'
  )
  await eventually(async () => expect((await connectctl(environment, 'doctor', file)).out).not.toContain('✗'))
})

it('lets a keeper see events flow that has no more rights than README.md says', async () => {
  const answer = await keep(secured.environmentOf('keeper'))
  await eventually(async () => expect(JSON.parse(await answer('/health'))).toMatchObject({ ok: true }), {
    timeoutMs: 60_000
  })
  await answer('/metrics')
})

it('says in the health of a keeper which right it lacks', async () => {
  const answer = await keep({ ...secured.environmentOf('blind') })
  const sentence = 'User:blind lacks READ on the topic orders_server.orders.connect_heartbeat'
  await eventually(async () => expect(await answer('/health')).toContain(sentence), { timeoutMs: 60_000 })
})

it('says in a sentence that a password or an authority is wrong', async () => {
  const environment = secured.environmentOf('operator')
  const wrong = { ...environment, KAFKA_SASL_PASSWORD: 'not-this-one' }
  expect((await connectctl(wrong, 'validate', file)).out).toMatch(/Kafka at \S+ refuses User:operator/)
  const [, url = ''] = /@(.*)$/.exec(environment['CONNECT_URL'] ?? '') ?? []
  const refused = { ...environment, CONNECT_URL: `https://connect-admin:not-this-one@${url}` }
  expect(await connectctl(refused, 'status')).toMatchObject({
    code: 1,
    err: expect.stringContaining(`Kafka Connect at https://${url} refuses connect-admin: `)
  })
  const anonymous = createConnectApi({ url: `https://${url}` }).request('GET', '/connectors')
  await expect(anonymous).rejects.toThrow('refuses a request without an account')
  // A process that doesn't know our authority.
  const cli = join(import.meta.dirname, '../src/cli.ts')
  const child = spawn(process.execPath, [cli, 'status', '--url', `https://${url}`], {
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let text = ''
  child.stderr.on('data', data => void (text += String(data)))
  await once(child, 'close')
  expect(text).toMatch(
    /✗ The certificate of Kafka Connect at \S+ is not signed by an authority that this process knows/
  )
})

/** The settings of a connector that checks the certificate of MySQL. */
function verified() {
  const { security, mysql } = secured
  return {
    'database.hostname': mysql.host,
    'database.port': String(mysql.port),
    'database.ssl.mode': 'verify_identity',
    'database.ssl.truststore': security.trustStore,
    'database.ssl.truststore.password': security.trustStorePassword
  }
}

it('logs in to MySQL with the client certificate of a keystore, and reads a truststore of JKS', async () => {
  const { security, server, dir } = secured
  const store = join(dir, 'truststore.jks')
  const made = ['-importcert', '-noprompt', '-alias', 'ca', '-file', security.caFile, '-keystore', store]
  await execa('keytool', [...made, '-storetype', 'JKS', '-storepass', 'changeit'])
  await server.raw("CREATE USER certified@'%' IDENTIFIED BY 'pw' REQUIRE X509")
  const open = (settings: Readonly<Record<string, string>>) => {
    const jks = { 'database.ssl.truststore': store, 'database.ssl.truststore.password': 'changeit' }
    const account = { user: 'certified', password: 'pw' }
    return connectMysql({ ...verified(), ...jks, ...settings }, account, { environment: {} })
  }
  await expect(open({})).rejects.toThrow(/refuses 'certified'/)
  const keystore = {
    'database.ssl.keystore': join(security.dir, 'connect.p12'),
    'database.ssl.keystore.password': security.trustStorePassword
  }
  const connection = await open(keystore)
  connection.destroy()
})

it('says in a sentence what is wrong with the certificate of MySQL', async () => {
  const { security, mysql, server, environmentOf } = secured
  const config = verified()
  const account = { user: 'root', password: mysql.rootPassword }
  const open = async (settings: Readonly<Record<string, string>> = {}) => {
    const connection = await connectMysql({ ...config, ...settings }, account, {
      environment: environmentOf('operator')
    })
    connection.destroy()
  }
  await open()
  await expect(open({ 'database.ssl.mode': 'disabled' })).rejects.toThrow(/MySQL at \S+ demands TLS/)
  const use = async (fault: Parameters<typeof faultyCertificate>[1]) => {
    const path = await faultyCertificate(security.dir, fault)
    for (const name of ['ssl_cert', 'ssl_key']) await server.raw(`SET GLOBAL ${name} = ?`, [path])
    await server.raw('ALTER INSTANCE RELOAD TLS')
  }
  const place = `The certificate of MySQL at ${mysql.host}:${mysql.port}`
  // Node's own check of a server without a name would be against localhost.
  await use({ name: 'mysql-named', altName: 'localhost' })
  await expect(open()).rejects.toThrow(new RegExp(`^${place} is for .*localhost`))
  await open({ 'database.ssl.mode': 'verify_ca' })
  await use({ name: 'mysql-unknown', altName: mysql.host, signsItself: true })
  await expect(open()).rejects.toThrow(`${place} is not signed by an authority`)
  await expect(open({ 'database.ssl.truststore': '/nowhere/trust.p12' })).rejects.toThrow(
    "its truststore /nowhere/trust.p12 can't be read here"
  )
  await use({ name: 'mysql-expired', altName: mysql.host, lastsMs: 3_000 })
  await eventually(() => expect(open()).rejects.toThrow(new RegExp(`^${place} (has )?expired`)))
})

it.skipIf(noPostgres !== undefined)('logs in to PostgreSQL as database.sslmode says', async () => {
  const { postgres, security } = secured
  if (postgres === undefined) throw new Error('there is no PostgreSQL')
  const { host, port, password } = postgres
  const config = { 'database.hostname': host, 'database.port': String(port), 'database.dbname': 'postgres' }
  const open = async (settings: Readonly<Record<string, string>>, secret = password) => {
    const client = await connectPostgres({ ...config, ...settings }, { user: 'postgres', password: secret }, {})
    await client.end()
  }
  const full = { 'database.sslmode': 'verify-full', 'database.sslrootcert': security.caFile }
  await open({})
  await open(full)
  // As a certificate for clients: its file has the key too.
  const own = join(security.dir, 'connect.pem')
  await open({ ...full, 'database.sslcert': own, 'database.sslkey': own })
  await expect(open({ 'database.sslmode': 'disable' })).rejects.toThrow(
    /^PostgreSQL at \S+ refuses postgres on postgres without TLS: set database.sslmode to verify-full$/
  )
  await expect(open(full, 'wrong')).rejects.toThrow(/^PostgreSQL at \S+ refuses postgres: the password is wrong/)
  const other = await faultyCertificate(security.dir, { name: 'other-ca', altName: 'localhost', signsItself: true })
  await expect(open({ ...full, 'database.sslrootcert': other })).rejects.toThrow(
    /^The certificate of PostgreSQL at \S+ is not signed by an authority .* name it with database.sslrootcert or/
  )
})

it('shows no secret in anything that it says', () => {
  expect(said.join('\n').length).toBeGreaterThan(1_000)
  for (const secret of secured.secrets) expect(said.join('\n')).not.toContain(secret)
})
