import { expect, it } from 'vitest'
import { readSettings } from './settings.ts'

it('moves every port by the offset, and lets the environment have the last word', () => {
  const settings = readSettings(['--port-offset', '100'], { MYSQL_PORT: '3999' })
  expect(settings).toMatchObject({ ports: { order: 8180, delivery: 8182, kafka: 9192, mysql: 3999 } })
})

it('refuses what makes no sense with a sentence', () => {
  expect(() => readSettings(['--brokers', '2'], {})).toThrow('--brokers takes 1 or 3, not "2".')
  expect(() => readSettings([], { KAFKA_PORT: 'many' })).toThrow(
    'KAFKA_PORT takes a whole number from 0 to 65535, not "many".'
  )
})
