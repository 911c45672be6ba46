import { expect, it, onTestFinished, vi } from 'vitest'
import { aStandIn, answering, answeringZoe, neverAnswering, refusalOf, useBreakerClock } from './testing/stand-in.ts'

const failing = answering(500, '{}')

/** A stand-in that has failed so often that its breaker is open, and a clock that a test can put forward. */
async function aBrokenStandIn() {
  useBreakerClock()
  const account = await aStandIn(failing)
  await refusalOf(account.get())
  await refusalOf(account.get())
  return account
}

type StandIn = Awaited<ReturnType<typeof aStandIn>>

async function stateOf(account: StandIn): Promise<string[]> {
  const states = ['closed', 'half_open', 'open']
  const values = await Promise.all(
    states.map(state => account.metric(`service_client_breaker{to="account",state="${state}"}`))
  )
  return states.filter((_, index) => values[index] === 1)
}

it('shows the state of the breaker from the start', async () => {
  expect(await stateOf(await aStandIn(answeringZoe))).toEqual(['closed'])
})

it('refuses at once after five failures in a row, and says when the next probe is', async () => {
  const account = await aBrokenStandIn()
  expect(account.requests).toHaveLength(5)
  expect(await stateOf(account)).toEqual(['open'])
  const started = process.hrtime.bigint()
  const refusal = await refusalOf(account.get())
  expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(20)
  expect(refusal).toMatchObject({ status: 503, input: { headers: { 'Retry-After': '3' } } })
  expect(account.requests).toHaveLength(5)
  expect(await account.metric('service_client_seconds_count{to="account",outcome="refused"}')).toBe(1)
  vi.advanceTimersByTime(1500)
  expect((await refusalOf(account.get())).input.headers['Retry-After']).toBe('2')
})

it('closes after one good probe, and logs the opening and the closing once', async () => {
  const account = await aBrokenStandIn()
  vi.advanceTimersByTime(3000)
  expect(await stateOf(account)).toEqual(['half_open'])
  await refusalOf(account.get())
  expect(account.requests).toHaveLength(6)
  expect(await stateOf(account)).toEqual(['open'])
  vi.advanceTimersByTime(3000)
  account.behave(answeringZoe)
  expect(await account.get()).toEqual({ name: 'Zoë' })
  expect(await stateOf(account)).toEqual(['closed'])
  expect(account.lines.filter(({ msg }) => msg.startsWith('circuit'))).toMatchObject([
    { level: 'warn', msg: 'circuit breaker opened', to: 'account', reason: 'answered 500' },
    { level: 'info', msg: 'circuit breaker closed', to: 'account' }
  ])
})

it('refuses other calls at once while the probe runs', async () => {
  const account = await aBrokenStandIn()
  vi.advanceTimersByTime(3000)
  const asked = Promise.withResolvers<() => void>()
  account.behave((request, response) => asked.resolve(() => answeringZoe(request, response)))
  const probe = account.get()
  const answer = await asked.promise
  expect(await refusalOf(account.get({ deadline: Date.now() + 60_000 }))).toMatchObject({ status: 503 })
  answer()
  expect(await probe).toEqual({ name: 'Zoë' })
})

it('says beforehand whether it refuses, and leaves the probe to a call', async () => {
  const account = await aBrokenStandIn()
  expect(account.refusal()).toMatchObject({ status: 503, input: { headers: { 'Retry-After': '3' } } })
  expect(account.refusal()?.message).toContain('nothing was changed')
  expect(await account.metric('service_client_seconds_count{to="account",outcome="refused"}')).toBe(2)
  vi.advanceTimersByTime(3000)
  expect([account.refusal(), account.refusal()]).toEqual([undefined, undefined])
  const asked = Promise.withResolvers<() => void>()
  account.behave((request, response) => asked.resolve(() => answeringZoe(request, response)))
  const probe = account.get()
  const answer = await asked.promise
  expect(account.refusal()).toMatchObject({ status: 503 })
  answer()
  await probe
  expect(account.refusal()).toBeUndefined()
})

it('blames no service for callers who hang up', async () => {
  const account = await aStandIn(neverAnswering)
  for (let call = 0; call < 6; call++) {
    const hungUp = new AbortController()
    account.behave(() => hungUp.abort())
    await refusalOf(account.get({ signal: hungUp.signal }))
  }
  expect(await stateOf(account)).toEqual(['closed'])
})

it('lets a probe decide although its caller hangs up or has no patience', async () => {
  const [one, other] = [await aBrokenStandIn(), await aBrokenStandIn()]
  vi.advanceTimersByTime(3000)
  const hungUp = new AbortController()
  one.behave(() => hungUp.abort())
  other.behave(neverAnswering)
  await Promise.all([
    refusalOf(one.get({ signal: hungUp.signal })),
    refusalOf(other.get({ deadline: Date.now() + 300 }))
  ])
  expect(await Promise.all([one, other].map(stateOf))).toEqual([['half_open'], ['half_open']])
  for (const account of [one, other])
    await vi.waitUntil(async () => (await stateOf(account))[0] === 'open', { timeout: 10_000 })
})

it('stays open no longer when the clock is set back', async () => {
  const account = await aBrokenStandIn()
  const now = Date.now()
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => now - 3_600_000)
  onTestFinished(() => clock.mockRestore())
  vi.advanceTimersByTime(3000)
  account.behave(answeringZoe)
  expect(await account.get({ deadline: Date.now() + 2000 })).toEqual({ name: 'Zoë' })
})

it('does not open for callers who give the service no fair time', async () => {
  const account = await aStandIn(neverAnswering)
  for (let call = 0; call < 6; call++) await refusalOf(account.get({ deadline: Date.now() + 30 }))
  expect(await stateOf(account)).toEqual(['closed'])
})

it('counts failures in a row only', async () => {
  const account = await aStandIn(failing)
  await refusalOf(account.get())
  account.behave(answering(404, '{}'))
  await account.get()
  account.behave(failing)
  await refusalOf(account.get())
  expect(await stateOf(account)).toEqual(['closed'])
})
