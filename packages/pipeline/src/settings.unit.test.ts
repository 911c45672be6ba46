import { expect, it } from 'vitest'
import { loadSystem } from './load-system.ts'
import { chosenStack, readCommandLine, readSettings } from './settings.ts'

it('moves every port by the offset, and lets the environment have the last word', async () => {
  const settings = await readCommandLine(['--port-offset', '100'], { MYSQL_PORT: '3999' })
  const ports = { 'order-service': 8180, 'delivery-service': 8182, kafka: 9192, mysql: 3999 }
  expect(settings).toMatchObject({ ports })
})

it('refuses a port that browsers and fetch refuse to open, and names an offset that works', async () => {
  await expect(readCommandLine(['--port-offset', '2000'], {})).rejects.toThrow(
    '--port-offset 2000 puts order-service on port 10080, which browsers and fetch refuse to open ' +
      '(https://fetch.spec.whatwg.org/#port-blocking). Use --port-offset 2001.'
  )
  await expect(readSettings({ CONSOLE_PORT: '6000' })).rejects.toThrow('CONSOLE_PORT puts console on port 6000')
  expect(await readCommandLine(['--port-offset', '2001'], {})).toMatchObject({ ports: { 'order-service': 10_081 } })
  expect(
    await readCommandLine(['--port-offset', '2000'], { ORDER_SERVICE_PORT: '8080', MYSQL_PORT: '10080' })
  ).toMatchObject({ ports: { kafka: 11_092 } })
})

it('refuses what makes no sense with a sentence', async () => {
  await expect(readCommandLine(['--brokers', '4'], {})).rejects.toThrow('--brokers takes 1 or 2 or 3, not "4".')
  await expect(readSettings({ KAFKA_PORT: 'many' })).rejects.toThrow(
    'KAFKA_PORT takes a whole number from 0 to 65535, not "many".'
  )
})

it.each([
  [
    ['flower-delivery', '--registry'],
    {},
    '--registry: flower-delivery has no connectors that write Avro. Leave it out.'
  ],
  [['shop'], { OUTBOX_STORE: 'blackhole' }, 'OUTBOX_STORE: no service of shop takes it. Leave it out.']
])('refuses what the system does not offer: %j %j', async (args, env, sentence) => {
  await expect(readCommandLine(args, env)).rejects.toThrow(sentence)
  expect(await readCommandLine(['orders-and-deliveries', '--registry'], env)).toMatchObject({ registry: true })
})

it('starts orders-and-deliveries, or the system that is named, and lists the systems when there is none of that name', async () => {
  for (const args of [[], ['orders-and-deliveries']])
    expect(await readCommandLine(args, {})).toMatchObject({ system: { name: 'orders-and-deliveries' } })
  await expect(readCommandLine(['bank'], {})).rejects.toThrow(
    'There is no system "bank". There are: clinic, customers-and-orders, flower-delivery, orders-and-deliveries, shop.'
  )
  await expect(readCommandLine(['a', 'b'], {})).rejects.toThrow('One system starts at a time, not a and b.')
})

it('starts as many brokers as the option says, else as the system does', async () => {
  expect(await readCommandLine([], {})).toMatchObject({ brokers: 1 })
  expect(await readCommandLine(['customers-and-orders'], {})).toMatchObject({ brokers: 2 })
  expect(await readCommandLine(['customers-and-orders', '--brokers', '3'], {})).toMatchObject({ brokers: 3 })
})

it('names the systems and the ports of the chosen one with their variables in --help', async () => {
  const answer = await readCommandLine(['--help'], {})
  expect(answer).toMatchObject({
    help: expect.stringContaining(
      'SYSTEM            clinic, customers-and-orders, flower-delivery, orders-and-deliveries, shop'
    )
  })
  expect(answer).toMatchObject({
    help: expect.stringContaining('ORDER_SERVICE_PORT (8080), DELIVERY_SERVICE_PORT (8082)')
  })
})

it('gives each replica a port of its own, as the environment says or ten above the one before', async () => {
  const args = ['flower-delivery', '--replicas', 'shop=3, item=2', '--port-offset', '100']
  expect(await readCommandLine(args, { SHOP_3_PORT: '4000' })).toMatchObject({
    replicas: { shop: 3, item: 2 },
    ports: { shop: 8183, 'shop-2': 8193, 'shop-3': 4000, item: 8185, 'item-2': 8195 }
  })
  const answer = await readCommandLine(['flower-delivery', '--help'], {})
  expect(answer).toMatchObject({
    help: expect.stringMatching(/for item, shop, delivery.*item-2 on 8095,\s+or ITEM_2_PORT/s)
  })
  expect(await readCommandLine(['--help'], {})).toMatchObject({ help: expect.not.stringContaining('--replicas') })
})

it.each([
  ['shop', '--replicas takes SERVICE=N, or several separated by commas, not "shop".'],
  ['florist=2', '--replicas: flower-delivery has no service "florist". These can have replicas: item, shop, delivery.'],
  ['gateway=2', "--replicas: gateway can't have replicas. These can: item, shop, delivery."],
  ['shop=0', '--replicas: shop takes 1 to 6 replicas, not 0.'],
  ['item=2,shop=7', '--replicas: shop takes 1 to 6 replicas, not 7.'],
  ['shop=2,shop=3', '--replicas names shop twice.']
])('refuses --replicas %s with a sentence', async (text, sentence) => {
  await expect(readCommandLine(['flower-delivery', '--replicas', text], {})).rejects.toThrow(sentence)
})

it('passes on how the outbox is written, and refuses a store that does not exist', async () => {
  expect(await readSettings({ OUTBOX_STORE: 'blackhole' })).toMatchObject({ outboxStore: 'blackhole' })
  expect(await readSettings({})).toMatchObject({ outboxStore: undefined })
  await expect(readSettings({ OUTBOX_STORE: 'hole' })).rejects.toThrow(
    'OUTBOX_STORE takes delete or blackhole, not "hole".'
  )
})

it('takes servers that already run when STACK says so, and names what is missing', async () => {
  const servers = { KAFKA_BROKERS: 'a:9092, b:9092', CONNECT_URL: 'http://c:8083', MYSQL_ROOT_PASSWORD_FILE: 'secret' }
  expect(await readSettings({ STACK: 'external', MYSQL_HOST: 'm', ...servers })).toMatchObject({
    external: {
      mysql: { host: 'm', port: 3306, passwordFile: 'secret' },
      kafka: { brokers: ['a:9092', 'b:9092'] },
      connect: { urls: ['http://c:8083'] }
    }
  })
  await expect(readSettings({ STACK: 'external' })).rejects.toThrow('STACK=external needs MYSQL_ROOT_PASSWORD_FILE.')
  await expect(readSettings({ STACK: 'cloud' })).rejects.toThrow(
    'STACK takes process, containers or external, not "cloud".'
  )
})

it('takes how to reach secured servers, and refuses a secret that pipeline.env would repeat', async () => {
  const servers = { KAFKA_BROKERS: 'a:9092', CONNECT_URL: 'https://c:8083', MYSQL_ROOT_PASSWORD_FILE: 'secret' }
  const login = { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SASL_MECHANISM: 'PLAIN', KAFKA_SASL_USERNAME: 'me' }
  const env = { STACK: 'external', MYSQL_TLS: 'ssl-mode=REQUIRED', PW: 'hidden', ...servers, ...login }
  const read = await readSettings({ ...env, KAFKA_SASL_PASSWORD: '${env:PW}' })
  expect(read.external).toMatchObject({
    mysql: { tls: 'ssl-mode=REQUIRED' },
    kafka: { security: { tls: {}, sasl: { mechanism: 'PLAIN', username: 'me', password: 'hidden' } } },
    variables: { ...login, KAFKA_SASL_PASSWORD: '${env:PW}', MYSQL_TLS: 'ssl-mode=REQUIRED' }
  })
  await expect(readSettings({ ...env, KAFKA_SASL_PASSWORD: 'hidden' })).rejects.toThrow(
    'KAFKA_SASL_PASSWORD holds a secret: name its file instead, as ${dir:FOLDER:FILE}.'
  )
  const inUrl = { KAFKA_SASL_PASSWORD: '${env:PW}', CONNECT_URL: 'https://me:hidden@c:8083' }
  await expect(readSettings({ ...env, ...inUrl })).rejects.toThrow('CONNECT_URL holds a secret')
})

it('keeps the data of a secured start in a folder of its own', async () => {
  const [open, secured] = [await readCommandLine([], {}), await readCommandLine(['--secure'], {})]
  expect(secured).toMatchObject({ secure: true, dir: `${'dir' in open ? open.dir : ''}-secure` })
  expect(await readCommandLine(['--secure'], { DATA_DIR: '/x' })).toMatchObject({ dir: '/x' })
})

it('asks for the servers of the databases that the description has', async () => {
  const system = await loadSystem()
  const payments = { engine: 'postgres', accounts: {} } as const
  const servers = { STACK: 'external', KAFKA_BROKERS: 'a:9092', CONNECT_URL: 'http://c:8083' }
  const onPostgres = { ...system, databases: { payments } }
  expect(() => chosenStack(servers, onPostgres)).toThrow('STACK=external needs POSTGRES_PASSWORD_FILE.')
  const { external } = chosenStack({ ...servers, POSTGRES_PASSWORD_FILE: 'secret', POSTGRES_PORT: '5499' }, onPostgres)
  expect(external?.postgres).toEqual({ host: '127.0.0.1', port: 5499, passwordFile: 'secret' })
  expect(external?.mysql).toBeUndefined()
})

it('starts a schema registry only with --registry', async () => {
  expect(await readCommandLine([], {})).toMatchObject({ registry: false })
  expect(await readCommandLine(['--registry'], {})).toMatchObject({ registry: true })
})
