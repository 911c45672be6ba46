import { afterEach, expect, it, vi } from 'vitest'
import { loadSystem } from './load-system.ts'
import { environmentOf, type Surroundings } from './processes.ts'

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
