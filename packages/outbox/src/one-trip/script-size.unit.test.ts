import { expect, it, vi } from 'vitest'
import { bytesOf } from './script-size.ts'

it('measures a script exactly once it may be too large, and formats none that fits for sure', () => {
  const values = ['Zoë ✖ 😀', Buffer.alloc(5), 7, null, new Date()]
  const format = vi.fn(() => 'x'.repeat(100))
  expect(bytesOf('SELECT ?', values, { most: 1_000, format })).toBeLessThan(1_000)
  expect(format).not.toHaveBeenCalled()
  expect(bytesOf('SELECT ?', values, { most: 90, format })).toBe(101)
})

it.each([
  ['quotes', "'".repeat(100), 202],
  ['three bytes a character', '✖'.repeat(100), 302],
  ['four bytes a character', '😀'.repeat(100), 402],
  ['bytes', Buffer.alloc(100), 203],
  ['a number', -1.7976931348623157e308, 24]
])('never takes a value for smaller than it is: %s', (_, value, sent) => {
  const format = () => ''
  expect(bytesOf('', [value], { most: 10_000, format })).toBeGreaterThanOrEqual(sent)
})
