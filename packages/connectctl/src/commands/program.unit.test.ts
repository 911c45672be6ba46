import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'
import { expect, it, onTestFinished } from 'vitest'
import { withAdmin } from '../kafka/kafka.ts'
import { runConnectctl } from '../../test/run-connectctl.ts'

async function connectctl(...args: string[]) {
  return connectctlWith({}, ...args)
}

function connectctlWith(environment: Readonly<Record<string, string>>, ...args: string[]) {
  return runConnectctl(args, { CONNECT_DIR: '/nowhere', KEEPER_MYSQL_URL: 'db.example', ...environment })
}

it.each([
  ['a verb that does not exist', ['aply'], 'Did you mean apply?'],
  ['an address that is none', ['status', '--url', 'localhost:8083'], '--url (CONNECT_URL) takes addresses such as'],
  ['offsets without a place', ['offsets', 'set', 'orders', '--yes'], '--to POSITION or --file PATH'],
  ['offsets with two places', ['offsets', 'set', 'orders', '--to', 'now', '--file', 'x'], 'cannot be used with'],
  ['a time that is none', ['wait', '--timeout', 'long'], 'number greater than 0']
])('ends with 2 for %s, before it asks anybody', async (_what, args, words) => {
  const { code, out, err } = await connectctl(...args)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toContain(words)
})

it('ends with 1 and names the file without offsets', async () => {
  const file = join(await tempFolder('connectctl'), 'other.json')
  await writeFile(file, '{"tasks.max": 1}')
  expect(await connectctl('offsets', 'set', 'orders', '--file', file, '--yes')).toMatchObject({
    code: 1,
    err: `✗ ${file} has no offsets in the format of offsets get`
  })
})

it('names the variable when the address of the keeper is invalid', async () => {
  const file = join(await tempFolder('connectctl'), 'orders.json')
  await writeFile(file, '{"tasks.max": 1}')
  expect(await connectctl('keep', file)).toMatchObject({ code: 1, err: expect.stringContaining('KEEPER_MYSQL_URL is') })
})

it('shows the shared options in the help of each verb', async () => {
  const { code, out } = await connectctl('offsets', 'get', '--help')
  expect(code).toBe(0)
  expect(out).toContain('--json')
})

it('writes a complete connector once, and never over another file', async () => {
  const dir = await tempFolder('connectctl')
  const init = ['--dir', dir, 'init', 'wallet-events', '--database', 'wallet', '--key', 'account_id']
  expect((await connectctl(...init.slice(0, 4))).err).toContain('--database')
  expect((await connectctl(...init, '--table', 'a.b')).code).toBe(2)
  expect(await connectctl(...init)).toMatchObject({
    code: 0,
    out: expect.stringContaining('to the topic wallet-events.wallet.outbox')
  })
  const file = join(dir, 'wallet-events.json')
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
    'topic.prefix': 'wallet-events',
    'message.key.columns': 'wallet.outbox:account_id'
  })
  expect(await connectctl(...init)).toMatchObject({ code: 1, err: expect.stringContaining('was not written') })
})

it.each([
  [
    ['--engine', 'postgres'],
    'public.outbox of wallet-2, through the publication wallet_2_outbox, to the topic shop.public.outbox'
  ],
  [
    ['--engine', 'postgres', '--store', 'message', '--router'],
    'messages of wallet-2, through the publication wallet_2_outbox, to the topic shop.AGGREGATE'
  ],
  [['--router'], 'sends wallet-2.outbox to the topic shop.AGGREGATE']
])('writes with %j what validate accepts', async (flags, words) => {
  const dir = await tempFolder('connectctl')
  const written = await connectctl('--dir', dir, 'init', 'shop', '--database', 'wallet-2', ...flags)
  expect(written).toMatchObject({ code: 0, out: expect.stringContaining(words) })
  const environment = {
    MYSQL_HOST: 'db',
    MYSQL_PORT: '1',
    POSTGRES_HOST: 'db',
    POSTGRES_PORT: '1',
    KAFKA_BROKERS: 'k:1'
  }
  const validated = await connectctlWith(
    { ...environment, CONNECT_SECRETS_DIR: '/run/s' },
    '--dir',
    dir,
    'validate',
    '--offline'
  )
  expect(validated).toMatchObject({ code: 0, out: '✓ shop: nothing to say' })
})

it.each([
  [['--store', 'message'], 'needs --engine postgres'],
  [['--publication', 'shop'], 'is for --engine postgres'],
  [['--engine', 'postgres', '--server-id', '1'], 'is for --engine mysql'],
  [['--engine', 'postgres', '--publication', 'Shop'], 'lower-case letters'],
  [['--aggregate-id', 'string'], 'is for --store message'],
  [['--engine', 'postgres', '--store', 'message', '--table', 'events'], 'is for --store table'],
  [['--router', '--key', 'id'], 'cannot be used with --router'],
  [['--engine', 'oracle'], 'mysql, postgres']
])('refuses init with %j', async (flags, words) => {
  const refused = await connectctl('init', 'shop', '--database', 'shop', ...flags)
  expect(refused).toMatchObject({ code: 2, err: expect.stringContaining(words) })
})

it('waits no longer than --timeout for a Connect or a Kafka that takes connections and never answers', async () => {
  const sockets: { destroy(): unknown }[] = []
  const server = createServer(socket => void sockets.push(socket)).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  await new Promise(resolve => server.once('listening', resolve))
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  expect(await connectctl('--url', `http://${address}`, '--timeout', '0.5', 'wait', 'shop')).toMatchObject({
    code: 1,
    err: expect.stringContaining('does not answer')
  })
  const asked = withAdmin({ brokers: [address] }, () => Promise.resolve(), { timeoutMs: 500 })
  await expect(asked).rejects.toThrow('did not answer within 0.5 s')
})

it("watches the workers' logs for all connectors that doctor examines at the same time", async () => {
  const dir = await tempFolder('connectctl')
  const log = join(dir, 'connect.log')
  await writeFile(log, '')
  const away = { 'database.port': '1', 'schema.history.internal.kafka.bootstrap.servers': '127.0.0.1:1' }
  const files = ['one', 'two', 'three'].map(name => join(dir, `${name}.json`))
  for (const file of files) await writeFile(file, JSON.stringify(away))
  const environment = { CONNECT_LOG: log, CONNECT_URL: 'http://127.0.0.1:9' }
  const examined = connectctlWith(environment, '--timeout', '0.1', 'doctor', ...files)
  await sleep(500)
  for (const name of ['one', 'three']) await appendFile(log, `ERROR [connector-producer-${name}-0] of ${name}\n`)
  expect((await examined).out.match(/ of \w+$/gm)).toEqual([' of one', ' of three'])
})

/** A Connect without connectors that rebalances until it was asked about each of them. */
async function connectThatWaitsFor(count: number): Promise<string> {
  const asked = new Set<string>()
  const server = createHttpServer(({ method, url = '' }, response) => {
    const answer = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body))
    if (url.startsWith('/connectors?')) return answer(200, {})
    if (method === 'PUT') return answer(200, { configs: [{ value: { name: 'key', errors: ['is wrong'] } }] })
    asked.add(url)
    return asked.size < count ? answer(409, { message: 'rebalancing' }) : answer(404, { error_code: 404 })
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise(resolve => server.once('listening', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

it('applies all connectors at once, says in the order of the files why each was refused, and once that it waits', async () => {
  const dir = await tempFolder('connectctl')
  const files = ['one', 'two', 'three'].map(name => join(dir, `${name}.json`))
  for (const file of files) await writeFile(file, '{"tasks.max": 1}')
  const url = await connectThatWaitsFor(3)
  const { code, out, err } = await connectctlWith({ CONNECT_URL: url }, '--timeout', '5', 'apply', '--force', ...files)
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err.match(/trying again/g)).toHaveLength(1)
  expect(err.match(/^✗ \w+ was refused: key .*is wrong$/gm)?.map(line => line.split(' ')[1])).toEqual([
    'one',
    'two',
    'three'
  ])
})

it('refuses two files of one connector unless they are the same', async () => {
  const dir = await tempFolder('connectctl')
  const files = ['a', 'b', 'c'].map(folder => join(dir, folder, 'shop.json'))
  for (const [at, file] of files.entries()) {
    await mkdir(dirname(file))
    await writeFile(file, `{"tasks.max": ${at === 2 ? 2 : 1}}`)
  }
  const connect = { CONNECT_URL: await connectThatWaitsFor(1) }
  const [same = ''] = files
  const refused = await connectctlWith(connect, 'apply', '--force', ...files)
  expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(/^✗ Two files are called shop/) })
  const twice = await connectctlWith(connect, 'apply', '--force', same, same)
  expect(twice.err.match(/shop was refused/g)).toHaveLength(1)
})
