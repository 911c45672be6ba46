import express from 'express'
import { expect, it, onTestFinished } from 'vitest'
import { createHttpServer } from './http-server.ts'
import { createLogger } from './logger.ts'
import { contextOf, originOf, type RequestContext, requestContext } from './request-context.ts'

/** Sends a request that is never answered, hangs up, and returns the context that it had. */
async function contextFor(headers: Record<string, string>) {
  const seen = Promise.withResolvers<RequestContext>()
  const app = express().use(requestContext(createLogger('test', 'silent')))
  app.use((_, response) => seen.resolve(contextOf(response)))
  const server = createHttpServer(app, { host: '127.0.0.1', port: 0 })
  onTestFinished(() => server.stop())
  const caller = new AbortController()
  const sentAt = Date.now()
  const call = fetch(`http://127.0.0.1:${await server.start()}`, { headers, signal: caller.signal }).catch(
    () => undefined
  )
  const context = await seen.promise
  return { context, limitMs: context.deadline - sentAt, call, hangUp: () => caller.abort() }
}

it.each([
  ['300', 300],
  ['60000', 60_000],
  ['60001', 2000],
  ['0', 2000],
  ['-1', 2000],
  ['soon', 2000]
])('reads X-Timeout-Ms: %s as a deadline in %i ms', async (header, expected) => {
  const { limitMs, hangUp } = await contextFor({ 'X-Timeout-Ms': header })
  hangUp()
  expect(limitMs - expected).toBeGreaterThanOrEqual(0)
  expect(limitMs - expected).toBeLessThan(1000)
})

it.each([
  ['customer', 'customer'],
  ['a b', undefined],
  ['x'.repeat(65), undefined]
])('reads X-Actor: %s as %s', async (header, actor) => {
  const { context, hangUp } = await contextFor({ 'X-Actor': header, 'X-Correlation-Id': 'c-1' })
  hangUp()
  expect(originOf(context)).toEqual({ correlationId: 'c-1', traceparent: undefined, actor })
})

it('says when the caller hangs up', async () => {
  const { context, hangUp } = await contextFor({})
  expect(context.signal.aborted).toBe(false)
  const aborted = new Promise(resolve => context.signal.addEventListener('abort', resolve))
  hangUp()
  await aborted
})
