import { expect, it } from 'vitest'
import { createLogger } from './logger.ts'

it('writes one JSON line an event, without what is secret at any depth it knows', () => {
  const lines: string[] = []
  const logger = createLogger('shop', 'info', { write: line => void lines.push(line) })
  logger.info({ orderId: 1, password: 'hunter2', headers: { authorization: 'hunter2' } }, 'order placed')
  logger.warn({ config: { MYSQL_URL: 'hunter2' }, req: { headers: { cookie: 'hunter2' } } }, 'odd')
  logger.debug({}, 'not shown')
  expect(lines.join('')).not.toContain('hunter2')
  expect(lines.map(line => JSON.parse(line))).toMatchObject([
    { level: 'info', name: 'shop', orderId: 1, msg: 'order placed', time: expect.stringMatching(/^\d{4}-.*Z$/) },
    { level: 'warn', msg: 'odd' }
  ])
})
