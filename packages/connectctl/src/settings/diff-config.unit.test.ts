import fc from 'fast-check'
import { expect, it } from 'vitest'
import { diffConfig } from './diff-config.ts'
import { isSecretKey } from './secrets.ts'

it('ignores what the server adds and masks', () => {
  const wanted = { 'tasks.max': '1', 'database.password': '${dir:/run/secrets:debezium}' }
  const current = { ...wanted, name: 'orders', '__internal.config.version': '3', 'database.password': '[hidden]' }
  expect(diffConfig(current, wanted)).toEqual([])
})

it('shows what was changed, added and removed', () => {
  expect(diffConfig({ a: '1', b: '2' }, { a: '3', c: '4' })).toEqual([
    { key: 'a', from: '1', to: '3' },
    { key: 'b', from: '2', to: undefined },
    { key: 'c', from: undefined, to: '4' }
  ])
})

it('shows no change after any configuration was applied', () => {
  const config = fc.dictionary(fc.string(), fc.string())
  fc.assert(fc.property(config, wanted => diffConfig({ ...wanted, name: wanted['name'] ?? 'x' }, wanted).length === 0))
})

it.each([
  'database.password',
  'sasl.jaas.config',
  'ssl.key.password',
  'aws.secret.access.key',
  'value.converter.basic.auth.user.info'
])('hides %s', key => {
  expect(isSecretKey(key)).toBe(true)
})
