import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { ConfigError, loadConfig } from './config.ts'

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

it('puts the content of a referenced file into a URL encoded, and alone unchanged', () => {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'order_service'), 'p@ss/word\n')
  const secret = `\${dir:${folder}:order_service}`
  const env = { MYSQL_URL: `mysql://order_service:${secret}@mysql:3306/orders`, TOKEN: secret, EMPTY: '' }
  const names = z.object({ MYSQL_URL: z.string(), TOKEN: z.string(), EMPTY: z.string().optional() })
  expect(loadConfig(names, env)).toEqual({
    MYSQL_URL: 'mysql://order_service:p%40ss%2Fword@mysql:3306/orders',
    TOKEN: 'p@ss/word'
  })
})

it('names the missing file', () => {
  const env = { URL: 'mysql://a:${dir:/nowhere:order_service}@mysql' }
  expect(() => loadConfig(schema, env)).toThrow('/nowhere/order_service')
})
