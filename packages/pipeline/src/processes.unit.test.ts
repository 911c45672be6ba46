import { afterEach, expect, it, vi } from 'vitest'
import { loadSystem } from './load-system.ts'
import type { Ports } from './ports.ts'
import { environmentOf, serviceProcesses, type Surroundings } from './processes.ts'
import type { Replicas } from './replicas.ts'

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
