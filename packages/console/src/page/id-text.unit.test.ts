import { expect, it } from 'vitest'
import { clock, exact, idText, lsnText } from './format.js'

it.each([
  ['0190163d-8694-739b-aea5-966c26f8ad91', '0190163d-8694-739b-aea5-966c26f8ad91'],
  ["o'hara(1)*", "o'hara(1)*"],
  ['😀', '😀'],
  ['ä', 'ä'],
  ['a\u0308', String.raw`"a\u0308"`],
  ['a ', '"a "'],
  ['a\u00a0', String.raw`"a\u00a0"`],
  ['a\n', String.raw`"a\n"`],
  ['a\u202eb', String.raw`"a\u202eb"`],
  ['a\u3164', String.raw`"a\u3164"`],
  ['"a "', String.raw`"\"a \""`],
  ['🏴\u{e0067}', String.raw`"🏴\udb40\udc67"`]
])('shows the id %j so that it looks like no other', (id, shown) => {
  expect(idText(id)).toBe(shown)
  if (shown.startsWith('"')) expect(JSON.parse(shown)).toBe(id)
})

it('says of a record without a time that it has none', () => {
  expect([exact(null), clock(null)]).toEqual(['not known', 'no time'])
})

it('shows a position in the WAL as PostgreSQL writes it', () => {
  expect([lsnText(0), lsnText('23817224'), lsnText('4295032832')]).toEqual(['0/0', '0/16B6C08', '1/10000'])
})
