import { expect, it } from 'vitest'
import { aHealthyPipeline, names, now } from '../testing/a-healthy-pipeline.ts'
import { buildFlow } from './build-flow.ts'
import { printFlow } from './print-flow.ts'
import type { ReadCall } from './read-calls.ts'

const callees = { writer: ['account'], consumer: [] }
const { writer } = aHealthyPipeline()
const answering = (account: ReadCall | undefined, at = now) => {
  const calls = account === undefined ? undefined : new Map([['account', account]])
  return { writer: { value: { ...writer!.value!, calls }, at } }
}
const pictureOf = (change: Parameters<typeof aHealthyPipeline>[0]) =>
  buildFlow([{ readings: aHealthyPipeline(change), names, callees }])
const callOf = (account: ReadCall | undefined, at = now) => pictureOf(answering(account, at)).calls[0]
const working = { breaker: 'closed', rate: 4, failed: 0 } as const

it('shows who calls whom, and that the breaker is closed', () => {
  const flow = pictureOf(answering(working))
  expect(flow.calls).toEqual([
    {
      part: 'writer',
      from: 'order-service',
      to: 'account',
      breaker: 'closed',
      rate: 4,
      failed: 0,
      state: 'ok',
      words: 'breaker closed',
      readAt: now
    }
  ])
  expect(flow.headline.state).toBe('ok')
})

it.each<[string, string, ReturnType<typeof callOf>]>([
  ['not called lately', 'breaker closed, not called lately', callOf({ ...working, rate: 0, failed: null })],
  ['without metrics', 'not known: order-service has no metrics of it', callOf(undefined)],
  ['whose answer is old', 'not known: order-service does not answer', callOf(working, now - 9_000)],
  [
    'whose caller does not answer',
    'not known: order-service does not answer',
    pictureOf({ writer: { ...answering(working).writer, failing: { since: now - 500, reason: 'away' } } }).calls[0]
  ],
  ['not read yet', 'not read yet', pictureOf({ writer: {} }).calls[0]],
  [
    'whose caller has no URL',
    'not known: the settings have no URL of order-service',
    pictureOf({ writer: undefined }).calls[0]
  ]
])('is unknown, never green: a call %s', (_, words, call) => {
  expect(call).toMatchObject({ state: 'unknown', words })
})

it('says on top that a breaker is open, and what that means', () => {
  const { headline, hops } = pictureOf(answering({ breaker: 'open', rate: 4, failed: 1 }))
  expect(headline).toMatchObject({
    state: 'stopped',
    part: 'writer',
    see: '/',
    text: "order-service can't reach account: its circuit breaker is open. What needs account is refused."
  })
  expect(headline.advice).toContain('closes by itself')
  expect(hops[0]?.parts[0]).toMatchObject({ state: 'stopped', words: "can't reach account: breaker open" })
})

it('says on top that a breaker probes, and that calls fail', () => {
  expect(pictureOf(answering({ breaker: 'half_open', rate: 1, failed: null })).headline).toMatchObject({
    state: 'slow',
    text: 'order-service tries whether account answers again: its circuit breaker is half open.'
  })
  expect(pictureOf(answering({ ...working, failed: 0.125 })).headline).toMatchObject({
    state: 'slow',
    text: '13 % of the calls of order-service to account fail.'
  })
})

it('does not repeat that a service is away for each service that it calls', () => {
  const { headline } = pictureOf({ writer: { failing: { since: now - 4_000, reason: 'connection refused' } } })
  expect(headline.text).toBe(
    'order-service at 127.0.0.1:8080 has not answered for 4 s: connection refused. It accepts no requests.'
  )
})

it('shows a service at no end of a hop, and says on top that it cannot reach another', () => {
  const calls = new Map([['payment', { breaker: 'open', rate: 2, failed: 1 } as const]])
  const reading = { value: { ...writer!.value!, calls }, at: now }
  const flow = buildFlow(
    [{ readings: aHealthyPipeline(), names }],
    [{ part: null, name: 'order', calls: ['payment'], reading }]
  )
  expect(flow.calls).toMatchObject([{ part: null, from: 'order', to: 'payment', state: 'stopped' }])
  expect(flow.headline).toMatchObject({
    state: 'stopped',
    hop: null,
    part: null,
    see: '/',
    text: "order can't reach payment: its circuit breaker is open. What needs payment is refused."
  })
  expect(flow.hops[0]?.parts.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
})

it('shows the calls of a service once, at however many hops it stands', () => {
  const hop = { readings: aHealthyPipeline(answering(working)), names, callees }
  const flow = buildFlow([hop, { ...hop, names: { ...names, hop: 'answer' } }])
  expect(flow.calls).toHaveLength(1)
})

it('stands in the terminal with its rate and the share that failed', () => {
  const lines = printFlow(pictureOf(answering({ breaker: 'open', rate: 4, failed: 0.5 })), {
    width: 100,
    color: false,
    now
  })
  expect(lines).toContain('  order-service → account        ■ breaker open · 4.0 calls/s, 50 % failed')
})
