import { describe, expect, it } from 'vitest'
import { createLogTrack, newGtids } from './log-track.ts'

const server = 'd5134001-e549-11f1-9080-02fc00000001'
const place = (at: number, position: number, last = position) => ({
  at,
  position,
  text: `binlog.000001 : ${position}`,
  gtids: `${server}:1-${last}`
})

describe('the track of the log', () => {
  it('puts a commit between the readings before and after it', () => {
    const track = createLogTrack()
    for (let second = 0; second < 10; second++) track.add(place(second * 1_000, 100 + second))
    const around = track.around(4_500)
    expect([around?.from.position, around?.to.position]).toEqual([104, 105])
  })

  it('ignores readings that are too near to the commit', () => {
    const track = createLogTrack()
    for (let second = 0; second < 10; second++) track.add(place(second * 1_000, 100 + second))
    const around = track.around(4_100)
    expect([around?.from.position, around?.to.position]).toEqual([103, 105])
  })

  it('keeps two positions of a long silence', () => {
    const track = createLogTrack()
    for (let second = 0; second < 100; second++) track.add(place(second * 1_000, 100))
    track.add(place(100_000, 200))
    expect(track.around(99_500)).toMatchObject({ from: { at: 99_000, position: 100 }, to: { position: 200 } })
  })

  it('has no answer for a commit before the first reading or after the last', () => {
    const track = createLogTrack()
    track.add(place(5_000, 100))
    expect(track.around(1_000)).toBeUndefined()
    expect(track.around(9_000)).toBeUndefined()
  })
})

it('names the GTIDs between two readings, alone or as a range', () => {
  expect(newGtids(`${server}:1-11`, `${server}:1-12`)).toBe(`${server}:12`)
  expect(newGtids(`${server}:1-11`, `${server}:1-17`)).toBe(`${server}:12-17`)
  expect(newGtids('', `${server}:1-3`)).toBe(`${server}:1-3`)
  expect(newGtids(`${server}:1-11`, `${server}:1-11`)).toBeUndefined()
})
