import { expect, it } from 'vitest'
import { failuresAt, fieldsOf, namedFields } from './fields.js'
import { rulesInWords } from './rule-words.js'

const one = (rule: { match: string; [name: string]: unknown }) => ({ matchers: [rule] })

it('lists the fields of a message with the rule that holds for each', () => {
  const contents = { event: 'order_created', payload: { quantity: 95, items: [{ id: 7 }, { id: 8 }] }, at: 'now' }
  const rules = {
    '$.payload': one({ match: 'type' }),
    '$.payload.items': one({ match: 'type', min: 1 }),
    '$.payload.items[*].id': one({ match: 'integer' }),
    '$.at': one({ match: 'regex', regex: '^now$' })
  }
  expect(fieldsOf(contents, rules).map(({ depth, name, value, rule }) => [depth, name, value, rule])).toEqual([
    [0, 'event', 'order_created', 'exactly this'],
    [0, 'payload', undefined, 'type: object'],
    [1, 'quantity', 95, 'type: integer'],
    [1, 'items', undefined, 'type: list of at least 1'],
    [2, 'item 1', undefined, ''],
    [3, 'id', 7, 'type: integer'],
    [0, 'at', 'now', 'matches ^now$']
  ])
})

it('shows every item of a list that must be exactly this', () => {
  expect(fieldsOf([1, 2]).map(({ name }) => name)).toEqual(['item 1', 'item 2'])
})

it('shows a body that is no object as a whole', () => {
  expect(fieldsOf('hello')).toEqual([{ path: '$', name: 'the whole', depth: 0, value: 'hello', rule: 'exactly this' }])
})

it('finds the rule of a header whatever its case', () => {
  const rules = { 'content-type': one({ match: 'regex', regex: 'json' }) }
  expect(namedFields({ 'Content-Type': ['application/json'] }, rules)).toEqual([
    { path: 'Content-Type', name: 'Content-Type', depth: 0, value: 'application/json', rule: 'matches json' }
  ])
})

it.each(['$.payload.quantity', "$['payload']['quantity']"])('puts a failure at %s to its field', where => {
  const failure = { interaction: 'order_created', where, what: 'is missing' }
  expect(failuresAt([failure], '$.payload.quantity')).toEqual([failure])
  expect(failuresAt([failure], '$.payload')).toEqual([])
})

it.each([
  [{ matchers: [{ match: 'type', min: 1, max: 3 }] }, [], 'type: list of at least 1 and at most 3'],
  [{ combine: 'OR', matchers: [{ match: 'null' }, { match: 'integer' }] }, null, 'null or type: integer'],
  [{ matchers: [{ match: 'eachValue', rules: [{ match: 'type' }] }] }, 'a', 'each value type: string'],
  [{ matchers: [{ match: 'statusCode', status: 'success' }] }, 200, 'status: success'],
  [{ matchers: [{ match: 'date', format: 'yyyy-MM-dd' }] }, '', 'date as yyyy-MM-dd'],
  [{ matchers: [{ match: 'unheard of' }] }, '', '{"match":"unheard of"}']
])('says %j of %j in words', (rules, example, words) => expect(rulesInWords(rules, example)).toBe(words))
