import { expect, it } from 'vitest'
import { createLogger } from './logger.ts'

it('writes one JSON line for each event, without secrets', () => {
  const lines: string[] = []
  const logger = createLogger('shop', 'info', { write: line => void lines.push(line) })
  logger.info({ orderId: 1, password: 'hunter2', headers: { authorization: 'hunter2' } }, 'order placed')
  logger.warn(
    { config: { MYSQL_URL: 'hunter2', DATABASE_URL: 'hunter2' }, req: { headers: { cookie: 'hunter2' } } },
    'odd'
  )
  logger.debug({}, 'not shown')
  expect(lines.join('')).not.toContain('hunter2')
  expect(lines.map(line => JSON.parse(line))).toMatchObject([
    { level: 'info', name: 'shop', orderId: 1, msg: 'order placed', time: expect.stringMatching(/^\d{4}-.*Z$/) },
    { level: 'warn', msg: 'odd' }
  ])
})

it('hides secrets in errors and in the bindings of a child logger', () => {
  const lines: string[] = []
  const logger = createLogger('shop', 'info', { write: line => void lines.push(line) })
  class Client {
    secret = 'hunter2'
  }
  const client = new Client()
  const error = Object.assign(new Error('refused'), { config: { password: 'hunter2' }, client, code: 'ER_ACCESS' })
  logger.child({ client: { password: 'hunter2' } }).error({ err: error }, 'cannot connect')
  expect(lines.join('')).not.toContain('hunter2')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    err: { code: 'ER_ACCESS', message: 'refused', stack: expect.any(String) }
  })
})

it('hides the password of a URL in an error, also of one that Node cannot read', () => {
  const lines: string[] = []
  const logger = createLogger('shop', 'info', { write: line => void lines.push(line) })
  const unreadable = new TypeError('Invalid URL')
  const url = 'mysql://ann:hunter2@db:3306/orders'
  logger.error({ err: Object.assign(unreadable, { code: 'ERR_INVALID_URL', input: url }) }, 'cannot read')
  logger.error({ err: new Error(`no answer from ${url}`) }, 'failed')
  expect(lines.join('')).not.toContain('hunter2')
  expect(lines.map(line => JSON.parse(line).err.message)).toEqual([
    'Invalid URL',
    'no answer from mysql://ann:[Redacted]@db:3306/orders'
  ])
})

it('does not change the objects that it logs', () => {
  const logger = createLogger('shop', 'info', { write: () => undefined })
  const fields = { a: { password: 'x' } }
  logger.info(fields, 'told')
  expect(fields).toEqual({ a: { password: 'x' } })
})
