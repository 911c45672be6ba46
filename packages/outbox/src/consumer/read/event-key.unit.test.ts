import { expect, it } from 'vitest'
import { eventKey, idInColumn, readEventKey } from './event-key.ts'

it.each(['7', 'a b', 'x/y', '100%', 'a~b', 'a:b', '😀', 'a\u202eb', '..', "o'hara"])('reads back the id %j', id => {
  expect(readEventKey(eventKey('order', id))).toEqual({ aggregate: 'order', id })
  expect(readEventKey(eventKey('a/b', id))).toEqual({ aggregate: 'a/b', id })
})

it('reads no id from a key that holds none', () => {
  for (const key of [eventKey('order', '😀'.repeat(60)), 'raw:00ff', 'partition:3', 'order/%E0%A4', '7'])
    expect(readEventKey(key)).toBeUndefined()
})

it('reads a UUID from 16 bytes, and everything else as it is', () => {
  const uuid = '0190163d-8694-739b-aea5-966c26f8ad91'
  expect(idInColumn(Buffer.from(uuid.replaceAll('-', ''), 'hex'))).toBe(uuid)
  expect([idInColumn(7), idInColumn('7 '), idInColumn(Buffer.from('ff', 'hex'))]).toEqual(['7', '7 ', 'ff'])
})
