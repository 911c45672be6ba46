import { expect, it } from 'vitest'
import { forTerminal, jsonText } from './json-text.ts'

const alike = [
  'a',
  'a ',
  'a\u00a0',
  'a\u200b',
  'a\u202e',
  'a\n',
  'ä',
  'a\u0308',
  '🏴',
  '🏴\u{e0067}',
  '\u{1b}[2J',
  '\ud800'
]

it('shows texts that look alike as different JSON of the same text', () => {
  const shown = alike.map(text => jsonText(text))
  expect(shown.map(text => JSON.parse(text))).toEqual(alike)
  expect(new Set(shown.map(text => text.normalize('NFC').replaceAll(/[\p{C}\p{M}]/gu, ''))).size).toBe(alike.length)
  expect(jsonText({ a: ['b c'] }, 2)).toBe('{\n  "a": [\n    "b c"\n  ]\n}')
})

it('takes from a text what a terminal obeys, and keeps its lines', () => {
  expect(forTerminal('a\n\tb \u{1b}[2J\u202e ä 😀')).toBe('a\n\tb \\u001b[2J\\u202e ä 😀')
})
