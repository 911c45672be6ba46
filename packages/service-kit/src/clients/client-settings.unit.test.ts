import type { RequestListener } from 'node:http'
import { expect, it } from 'vitest'
import { aStandIn, answering, answeringZoe, neverAnswering, refusalOf, useBreakerClock } from './testing/stand-in.ts'

const failing = answering(500, '{}')
const window = { ms: 10_000, share: 0.5, leastCalls: 4 }

type StandIn = Awaited<ReturnType<typeof aStandIn>>

/** Makes calls, one after the other: `x` fails, `.` succeeds. */
async function call(account: StandIn, calls: string): Promise<void> {
  for (const each of calls) {
    account.behave(each === 'x' ? failing : answeringZoe)
    await account.post().catch(() => undefined)
  }
}

it.each([
  ['xxx', false],
  ['xxxx', true],
  ['.x.x', false],
  ['.x.xx', true],
  ['...xxx', false],
  ['...xxxx', true]
])(
  'after the calls %s, a breaker with a window of at least four calls and half of them is open: %s',
  async (calls, opens) => {
    useBreakerClock()
    const account = await aStandIn(failing, { window })
    await call(account, calls)
    expect(account.requests).toHaveLength(calls.length)
    expect(account.refusal() !== undefined).toBe(opens)
  }
)

it('forgets what is older than the window, also when calls are rare', async () => {
  const advance = useBreakerClock()
  const account = await aStandIn(failing, { window })
  await call(account, 'xxx')
  advance(10_000)
  await call(account, 'x')
  advance(5_000)
  await call(account, 'xx')
  expect(account.refusal()).toBeUndefined()
  await call(account, 'x')
  expect(account.refusal()).toBeDefined()
})

it('starts with an empty window after a good probe', async () => {
  const advance = useBreakerClock()
  const account = await aStandIn(failing, { window, openMs: 1000 })
  await call(account, 'xxxx')
  expect(account.refusal()).toMatchObject({ input: { headers: { 'Retry-After': '1' } } })
  advance(1000)
  await call(account, '.xxx')
  expect(account.refusal()).toBeUndefined()
  expect(account.requests).toHaveLength(8)
  await call(account, 'x')
  expect(account.refusal()).toBeDefined()
})

it('ends a call, and a probe, at its own time limit, or at the deadline if that is sooner', async () => {
  const advance = useBreakerClock()
  const account = await aStandIn(neverAnswering, { timeoutMs: 200, window: { ...window, leastCalls: 1 } })
  const limits = () => account.requests.map(({ headers }) => Number(headers['x-timeout-ms']))
  await refusalOf(account.post({ deadline: Date.now() + 60 }))
  expect(account.refusal()).toBeUndefined()
  expect(await refusalOf(account.post())).toMatchObject({ message: expect.stringContaining('timed out') })
  advance(3000)
  await refusalOf(account.post())
  const [impatient = 0, usual, probe] = limits()
  expect(impatient).toBeLessThanOrEqual(60)
  expect([usual, probe]).toEqual([expect.toSatisfy(ms => ms > 150 && ms <= 200), 200])
})

it('gives out only so many reservations, and counts one more as a failure', async () => {
  const account = await aStandIn(answeringZoe, { mostInFlight: 2, window: { ms: 10_000, share: 0.4, leastCalls: 4 } })
  const [first, second] = [account.reserve(), account.reserve()]
  expect(await account.post()).toEqual({ answer: { name: 'Zoë' } })
  expect(account.refusal()).toMatchObject({ status: 503, message: expect.stringContaining('2 calls are under way') })
  first.release()
  first.release()
  const third = account.reserve()
  expect(account.refusal()?.message).toContain('2 calls are under way')
  expect(await account.metric('service_client_seconds_count{to="account",outcome="full"}')).toBe(2)
  // The third failure opens the breaker, whatever is released.
  expect(account.refusal()?.message).toContain('2 calls are under way')
  for (const each of [second, third]) each.release()
  await expect.poll(() => account.refusal()?.message).toContain('left alone')
  expect(account.requests).toHaveLength(1)
})

it('gives the probe to one reservation', async () => {
  const advance = useBreakerClock()
  const account = await aStandIn(failing, { window, openMs: 1000 })
  await call(account, 'xxxx')
  advance(1000)
  const probe = account.reserve()
  expect(account.refusal()).toMatchObject({ status: 503, input: { headers: { 'Retry-After': '1' } } })
  account.behave(answeringZoe)
  expect(await account.post()).toEqual({ answer: { name: 'Zoë' } })
  probe.release()
  expect(account.refusal()).toBeUndefined()
})

it('lets only so many calls be under way, and counts one more as a failure', async () => {
  const answers: (() => void)[] = []
  const held: RequestListener = (request, response) => void answers.push(() => answeringZoe(request, response))
  const account = await aStandIn(held, { mostInFlight: 2, window: { ms: 10_000, share: 0.4, leastCalls: 4 } })
  const calls = [account.post(), account.post()]
  for (const expected of ['2 calls are under way', 'nothing was changed'])
    expect(await refusalOf(account.post())).toMatchObject({ status: 503, message: expect.stringContaining(expected) })
  await expect.poll(() => answers.length).toBe(2)
  for (const answer of answers) answer()
  await Promise.all(calls)
  expect(await account.metric('service_client_seconds_count{to="account",outcome="full"}')).toBe(2)
  expect(account.lines).toEqual([])
  account.behave(answeringZoe)
  expect(await account.post()).toEqual({ answer: { name: 'Zoë' } })
  expect(account.refusal()).toBeUndefined()
  await call(account, 'xx')
  expect(account.refusal()).toBeDefined()
})
