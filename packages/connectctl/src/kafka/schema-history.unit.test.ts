import { expect, it } from 'vitest'
import { forgettingIn } from './schema-history.ts'

const forGood = { 'retention.ms': '-1', 'retention.bytes': '-1', 'cleanup.policy': 'delete' }

it.each([
  ['as Debezium makes it', {}, []],
  ['for centuries', { 'retention.ms': '9223372036854775807' }, []],
  ['for a week', { 'retention.ms': '604800000' }, ['retention.ms=604800000']],
  ['up to a size', { 'retention.bytes': '1073741824' }, ['retention.bytes=1073741824']],
  ['compacted', { 'cleanup.policy': 'compact,delete' }, ['cleanup.policy=compact,delete']]
])('tells a schema history that is kept %s from one that stays', (_how, settings, forgets) => {
  expect(forgettingIn(Object.entries({ ...forGood, ...settings }))).toEqual(forgets)
})
