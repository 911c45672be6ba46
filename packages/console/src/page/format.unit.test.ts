import { describe, expect, it } from 'vitest'
import { ago, bytes, compact, countOf, duration, ms, pluralOf, rate } from './format.js'

describe('figures', () => {
  it.each([
    [ms(0.84), '0.84 ms'],
    [ms(4.23), '4.2 ms'],
    [ms(4), '4 ms'],
    [ms(310.4), '310 ms'],
    [ms(14_000), '14 s'],
    [duration(61_000), '61 s'],
    [duration(3_600_000), '60 min'],
    [duration(9_000_000), '2 h 30 min'],
    [bytes(999), '999 B'],
    [bytes(2_140_000), '2.1 MB'],
    [rate(0), '0'],
    [rate(0.3), '0.3'],
    [rate(412.4), '412'],
    [compact(56_134), '56,134'],
    [countOf(0, 'event'), 'no events'],
    [countOf(1, 'event'), '1 event'],
    [ago(1_000, 1_900), 'just now'],
    [ago(0, 90_000), '90 s ago']
  ])('are said with their units and with as many digits as mean something: %s', (said, expected) => {
    expect(said).toBe(expected)
  })
})

it.each([
  ['order', 'orders'],
  ['delivery', 'deliveries'],
  ['key', 'keys'],
  ['purchase', 'purchases'],
  ['tax', 'taxes']
])('makes many of one %s: %s', (noun, nouns) => expect(pluralOf(noun)).toBe(nouns))
