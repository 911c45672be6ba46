import { afterEach, expect, it, vi } from 'vitest'
import { loadSystem } from './load-system.ts'
import type { Ports } from './ports.ts'
import { consoleProcess, environmentOf, keeperProcess, serviceProcesses, type Surroundings } from './processes.ts'
import type { Replicas } from './replicas.ts'
import type { Settings } from './settings.ts'

afterEach(() => vi.unstubAllEnvs())

it('passes on a variable of the starter that the description names, and none that is not set', async () => {
  vi.stubEnv('SLOW_MS', '400-620')
  const system = await loadSystem('orders-and-deliveries')
  const service = {
    name: 'payment',
    about: '',
    main: 'payment.ts',
    port: { variable: 'PAYMENT_PORT', usual: 8082 },
    ready: '/health/ready',
    env: { PAYMENT_SLOW_MS: { variable: 'SLOW_MS' }, PAYMENT_CAPACITY: { variable: 'NOT_SET' } }
  }
  const stack = { kafka: { brokers: ['127.0.0.1:9092'] } }
  const around = { system, stack, secretsDir: '', addresses: {} } as unknown as Surroundings
  expect(await environmentOf(service, around)).toEqual({ PAYMENT_SLOW_MS: '400-620' })
})

it('starts replicas that differ in name and port only, with the time to leave the rotation of the gateway', async () => {
  const { services, ...system } = await loadSystem('orders-and-deliveries')
  const [first] = services
  const shop = { ...first!, name: 'shop', replicas: true, env: { NAME: 'a' } }
  const around = { system: { ...system, services: [shop] }, stack: { kafka: { brokers: [] } }, secretsDir: '' }
  const ports = { shop: 1, 'shop-2': 2 } as unknown as Ports
  const start = (replicas: Replicas) =>
    serviceProcesses({ ...around, addresses: {}, ports, replicas } as unknown as Parameters<typeof serviceProcesses>[0])
  const env = { NAME: 'a', STOP_DELAY_MS: '2000' }
  expect(await start({ shop: 2 })).toMatchObject([
    { name: 'shop', service: 'shop', env: { ...env, HTTP_PORT: '1' }, readyUrl: 'http://127.0.0.1:1/health/ready' },
    { name: 'shop-2', service: 'shop', env: { ...env, HTTP_PORT: '2' }, readyUrl: 'http://127.0.0.1:2/health/ready' }
  ])
  expect((await start({})).map(one => one.env)).toEqual([{ NAME: 'a', HTTP_PORT: '1' }])
})

it('lets everything give way to a service that goes first, and otherwise the tools only', async () => {
  const niceIn = async (name: string) => {
    const { services, ...more } = await loadSystem(name)
    const system = { ...more, services: services.map(one => ({ ...one, env: {} })) }
    const stack = { kafka: { brokers: [] } }
    const around = { system, stack, secretsDir: '', addresses: {}, ports: {} } as unknown as Surroundings
    const settings = { system, ports: {}, registry: false, dir: '' } as unknown as Settings
    const tools = [keeperProcess(around, settings), consoleProcess(around, settings)]
    const all = [...(await serviceProcesses({ ...around, ports: settings.ports })), ...tools]
    return Object.fromEntries(all.map(one => [one.name, one.nice]))
  }
  expect(await niceIn('flower-delivery')).toEqual({
    order: 0,
    gateway: 10,
    payment: 10,
    item: 10,
    shop: 10,
    delivery: 10,
    auth: 10,
    keeper: 15,
    console: 15
  })
  expect(await niceIn('orders-and-deliveries')).toEqual({
    'order-service': 0,
    'delivery-service': 0,
    keeper: 5,
    console: 5
  })
})
