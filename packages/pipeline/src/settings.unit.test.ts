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

it('passes on how the outbox is written, and refuses a store that does not exist', () => {
  expect(readSettings([], { OUTBOX_STORE: 'blackhole' })).toMatchObject({ outboxStore: 'blackhole' })
  expect(readSettings([], {})).not.toHaveProperty('outboxStore')
  expect(() => readSettings([], { OUTBOX_STORE: 'hole' })).toThrow('OUTBOX_STORE takes delete, blackhole, not "hole".')
})

it('takes servers of others when STACK says so, and names what is missing', () => {
  const servers = { KAFKA_BROKERS: 'a:9092, b:9092', CONNECT_URL: 'http://c:8083', MYSQL_ROOT_PASSWORD_FILE: 'secret' }
  expect(readSettings([], { STACK: 'external', MYSQL_HOST: 'm', ...servers })).toMatchObject({
    external: {
      mysql: { host: 'm', port: 3306, rootPasswordFile: 'secret' },
      brokers: ['a:9092', 'b:9092'],
      connectUrls: ['http://c:8083']
    }
  })
  expect(() => readSettings([], { STACK: 'external' })).toThrow('STACK=external needs MYSQL_ROOT_PASSWORD_FILE.')
  expect(() => readSettings([], { STACK: 'cloud' })).toThrow(
    'STACK takes process, containers or external, not "cloud".'
  )
})

it('starts a schema registry only with --registry', () => {
  expect(readSettings([], {})).toMatchObject({ registry: false })
  expect(readSettings(['--registry'], {})).toMatchObject({ registry: true })
})
