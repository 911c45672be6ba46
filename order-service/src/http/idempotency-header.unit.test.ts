import { describe, expect, it } from 'vitest'
import { keyPattern, readIdempotencyKey } from './idempotency-header.ts'

describe('Idempotency-Key', () => {
  it.each([
    ['"8e03978e-40d5-43dd-bc93-6894a57f9324"', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['  "a b"  ', 'a b'],
    ['"a "', 'a '],
    [String.raw`"say \"hi\" \\ bye"`, String.raw`say "hi" \ bye`],
    [`"${'k'.repeat(255)}"`, 'k'.repeat(255)]
  ])('reads %s', (header, key) => {
    expect(readIdempotencyKey(header)).toBe(key)
    expect(header.trim()).toMatch(new RegExp(keyPattern))
  })

  it('may be left out', () => {
    expect(readIdempotencyKey(undefined)).toBeUndefined()
  })

  it.each([
    ['nothing', ''],
    ['an empty string', '""'],
    ['an open string', '"abc'],
    ['a quote too many', '"abc""'],
    ['two keys, as a repeated header arrives', '"a", "b"'],
    ['a wrong escape', String.raw`"a\b"`],
    ['two words', 'a b'],
    ['a control character', '"a\u0007"'],
    ['other than ASCII', '"schlüssel"'],
    ['256 characters', `"${'k'.repeat(256)}"`],
    ['256 characters without quotes', 'k'.repeat(256)]
  ])('is refused, and named, when it is %s', (_, header) => {
    expect(header).not.toMatch(new RegExp(keyPattern))
    expect(() => readIdempotencyKey(header)).toThrowError(/^idempotency-key must/)
  })
})
