import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createAcquirer } from './acquirer.ts'

const caller = (waitsMs = 20_000) => ({ deadline: Date.now() + waitsMs, signal: new AbortController().signal })

it('takes no time and any number of payments if it has no settings', async () => {
  const acquirer = createAcquirer({})
  await Promise.all(Array.from({ length: 1000 }, () => acquirer(caller())))
})

it('takes the time that its settings say', async () => {
  const started = performance.now()
  await createAcquirer({ slowMs: [50, 60] })(caller())
  expect(performance.now() - started).toBeGreaterThan(45)
})

it('makes as many payments at the same time as it has places, and the others in turn', async () => {
  const acquirer = createAcquirer({ slowMs: [20, 20], capacity: 2 })
  const done: number[] = []
  const started = performance.now()
  await Promise.all([1, 2, 3, 4, 5].map(n => acquirer(caller()).then(() => done.push(n))))
  expect(done).toEqual([1, 2, 3, 4, 5])
  expect(performance.now() - started).toBeGreaterThan(55)
})

it('drops those whose callers left before their turn, and keeps no place for them', async () => {
  const acquirer = createAcquirer({ slowMs: [50, 50], capacity: 1 })
  const hungUp = new AbortController()
  const ends = Promise.allSettled([
    acquirer(caller()),
    acquirer(caller(20)),
    acquirer({ ...caller(), signal: hungUp.signal }),
    acquirer(caller())
  ])
  hungUp.abort()
  const tooLate = { status: 'rejected', reason: { status: 503, input: { headers: { 'Retry-After': '1' } } } }
  expect(await ends).toMatchObject([{ status: 'fulfilled' }, tooLate, tooLate, { status: 'fulfilled' }])
  await acquirer(caller())
})

it('finishes what it has begun, also when the caller leaves', async () => {
  const hungUp = new AbortController()
  const begun = createAcquirer({ slowMs: [30, 30] })({ ...caller(10), signal: hungUp.signal })
  await wait(1)
  hungUp.abort()
  await begun
})
