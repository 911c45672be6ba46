import { createLogger } from '@outbox-cdc/service-kit'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { Round } from './check-once.ts'
import { watchInvariants } from './invariants.ts'

const fine = { checked: 3, violations: [], settling: [] }
const round = (change: Partial<Round> = {}): Round => ({ limits: fine, sums: fine, agreement: fine, ...change })

function watch(check: () => Promise<Round>) {
  const invariants = watchInvariants(check, createLogger('oracle', 'silent'))
  invariants.start()
  onTestFinished(() => invariants.stop())
  const states = (now?: number) => invariants.report(now).items.map(({ state }) => state)
  return { invariants, states }
}

it('is unknown until the first check, and again when the last one is too old', async () => {
  const { states } = watch(async () => round())
  expect(states()).toEqual(['unknown', 'unknown', 'unknown'])
  await vi.waitFor(() => expect(states()).toEqual(['holds', 'holds', 'holds']))
  expect(states(Date.now() + 60_000)).toEqual(['unknown', 'unknown', 'unknown'])
})

it('is never green while a database cannot be read, and says why', async () => {
  let isAway = false
  const { invariants, states } = watch(async () => {
    if (isAway) throw new Error('MySQL is away')
    return round()
  })
  await vi.waitFor(() => expect(states()).toEqual(['holds', 'holds', 'holds']))
  isAway = true
  await vi.waitFor(() => expect(states()).toEqual(['unknown', 'unknown', 'unknown']), { timeout: 20_000 })
  expect(invariants.report()).toMatchObject({ problem: 'MySQL is away', items: [{ at: expect.any(Number) }, {}, {}] })
})

it('remembers a violation after it is gone', async () => {
  const rounds = [round({ limits: { checked: 1, violations: ['customer 7 has too much'], settling: [] } })]
  const { invariants, states } = watch(async () => rounds.shift() ?? round({ agreement: { ...fine, settling: [7] } }))
  await vi.waitFor(() => expect(states()).toEqual(['violated', 'holds', 'holds']))
  await vi.waitFor(() => expect(states()).toEqual(['holds', 'holds', 'settling']), { timeout: 20_000 })
  expect(invariants.report().items[0]?.lastViolation?.text).toBe('customer 7 has too much')
})
