import { describe, expect, it } from 'vitest'
import { createWriterIds } from '../blackhole/index.ts'
import { sql } from '../one-trip/index.ts'

describe('createWriterIds', () => {
  const noon = Date.UTC(2030, 5, 1, 12)

  it('rises without a repeat through bursts and a clock that goes back', () => {
    const times = [0, 0, 1, 1, -500, -500, 2, 60_000, 0].flatMap(shift => Array<number>(100).fill(noon + shift))
    const ids = times.map(time => ({ time }))
    let now = 0
    const newId = createWriterIds(5, () => now)
    const made = ids.map(({ time }) => {
      now = time
      return newId()
    })
    expect(made.every((id, index) => index === 0 || id > made[index - 1]!)).toBe(true)
  })

  it('never gives two writers the same id', () => {
    const writers = Array.from({ length: 128 }, (_, writer) => createWriterIds(writer, () => noon))
    const ids = writers.flatMap(newId => Array.from({ length: 200 }, newId))
    expect(new Set(ids).size).toBe(128 * 200)
  })

  it('stays a safe integer until 2060', () => {
    const newId = createWriterIds(127, () => Date.UTC(2060, 0, 1))
    const ids = Array.from({ length: 1000 }, newId)
    expect(ids.every(Number.isSafeInteger)).toBe(true)
  })

  it.each([-1, 128, 1.5, Number.NaN])('rejects the writer %s', writer => {
    expect(() => createWriterIds(writer)).toThrow(expect.objectContaining({ code: 'STORE_UNAVAILABLE' }))
  })
})

describe('sql', () => {
  it('keeps text and values apart', () => {
    expect(sql`INSERT INTO t (a, b) VALUES (${"'; DROP TABLE t; --"}, ${null})`).toMatchObject({
      sql: 'INSERT INTO t (a, b) VALUES (?, ?)',
      values: ["'; DROP TABLE t; --", null]
    })
  })

  it.each([
    ['an array', ['a', 'b']],
    ['an object, which the driver would turn into SQL', { id: 1 }],
    ['undefined', undefined],
    ['NaN', Number.NaN]
  ])('rejects %s', (_, value) => {
    expect(() => sql`SELECT ${value as unknown as string}`).toThrow(
      expect.objectContaining({ code: 'STATEMENT_INVALID' })
    )
  })

  it('rejects a question mark in the text, which the driver would replace with a value', () => {
    expect(() => sql`UPDATE t SET a = 'why?' WHERE id = ${1}`).toThrow(/question mark/)
  })
})
