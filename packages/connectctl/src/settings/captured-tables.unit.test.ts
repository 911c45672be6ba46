import { expect, it } from 'vitest'
import { captures, heartbeatTable, itemsOf } from './captured-tables.ts'

it.each([
  ['as names', { 'table.include.list': 'orders.outbox,orders.connect_heartbeat' }],
  ['with escaped dots', { 'table.include.list': 'orders\\.outbox,orders\\.connect_heartbeat' }],
  ['with blanks after the comma', { 'table.include.list': 'orders.outbox, orders.connect_heartbeat' }],
  ['on several lines', { 'table.include.list': 'orders.outbox,\n  orders.connect_heartbeat\n' }],
  ['by a pattern for tables', { 'table.include.list': 'orders\\.(outbox|connect_heartbeat)' }],
  ['by a pattern with a comma', { 'table.include.list': 'orders\\.[a-z_]{3\\,20}' }],
  ['by all tables of a database', { 'table.include.list': 'orders\\..*' }],
  ['by the database alone', { 'database.include.list': 'orders' }],
  ['in another case', { 'table.include.list': '(?i)orders\\.OUTBOX,orders\\.Connect_Heartbeat' }]
])('reads a list that is written %s as Debezium reads it', (_how, config) => {
  expect(captures(config, 'orders.outbox')).toBe(true)
  expect(captures(config, 'other.outbox')).toBe(false)
  expect(heartbeatTable(config)?.toLowerCase()).toBe('orders.connect_heartbeat')
})

it('captures a table only if its database is captured too, and nothing that is excluded', () => {
  const apart = { 'database.include.list': 'shop', 'table.include.list': 'orders.connect_heartbeat' }
  expect(heartbeatTable(apart)).toBeUndefined()
  const without = { 'database.include.list': 'orders', 'table.exclude.list': 'orders\\.connect_heartbeat' }
  expect(heartbeatTable(without)).toBeUndefined()
  expect(captures({ 'database.exclude.list': 'audit' }, 'audit.log')).toBe(false)
  expect(captures({}, 'mysql.user')).toBe(false)
})

it('reads brokers with blanks after the comma', () => {
  expect(itemsOf('a:9092, b:9092,\n c:9092,')).toEqual(['a:9092', 'b:9092', 'c:9092'])
  expect(itemsOf(undefined)).toEqual([])
})
