import { expect, it } from 'vitest'
import { requireLoggedDatabase } from './binlog-filters.ts'

const none = { Binlog_Do_DB: '', Binlog_Ignore_DB: '' }

it.each([
  ['no filter is set', none],
  ['it is among the chosen', { ...none, Binlog_Do_DB: 'shop,orders' }],
  ['another one is ignored', { ...none, Binlog_Ignore_DB: 'orders_archive' }],
  ['it is among the chosen, and also ignored', { Binlog_Do_DB: 'orders', Binlog_Ignore_DB: 'orders' }]
])('takes a database when %s', (_when, filters) => {
  expect(() => requireLoggedDatabase('orders', filters)).not.toThrow()
})

it.each([
  ['it is not among the chosen', { ...none, Binlog_Do_DB: 'shop,orders_archive' }],
  ['it is ignored', { ...none, Binlog_Ignore_DB: 'shop,orders' }],
  ['it is not among the chosen, and another one is ignored', { Binlog_Do_DB: 'shop', Binlog_Ignore_DB: 'archive' }]
])('refuses a database when %s', (_when, filters) => {
  const refused = expect.objectContaining({
    code: 'BINLOG_UNFIT',
    message: expect.stringContaining('database orders out')
  })
  expect(() => requireLoggedDatabase('orders', filters)).toThrow(refused)
})
