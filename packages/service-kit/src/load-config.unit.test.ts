import { expect, it } from 'vitest'
import { z } from 'zod'
import { ConfigError, loadConfig } from './load-config.ts'

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
