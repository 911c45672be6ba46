import { context, propagation, SpanKind, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type ConsumedEvent, handle, handleBatch } from '../consumer/read/handler.ts'
import { defineEvent, type MessageContext } from '../define-event.ts'
import { createMemoryOutbox } from '../testing/memory-outbox.ts'
import type { OpenTransaction } from '../transactions/open-transaction.ts'
import { causedBy, inContext } from './message-context.ts'

const define = (name: string) => defineEvent({ name, aggregate: 'order', version: 1, payload: z.object({}) })
const ordered = define('ordered')
const shipped = define('shipped')
const given = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

/** What one handler's appends look like on the topic. */
async function headersAfterHandling(event: Partial<ConsumedEvent>, own: MessageContext = {}) {
  const outbox = createMemoryOutbox()
  const consumed = { name: 'ordered', aggregateId: 1, messageId: 'm1', topic: 't', partition: 0, offset: 5n, ...event }
  const handler = handle(ordered, (_, trx) => outbox.append(trx, shipped({ aggregateId: 2, payload: {}, ...own })))
  await outbox.transaction(trx => handler.work([consumed as ConsumedEvent], trx))
  return outbox.topic.records()[0]?.headers
}

describe('an event that a handler appends', () => {
  it('names the handled event as its cause and keeps its correlation', async () => {
    expect(await headersAfterHandling({ correlationId: 'request-1', traceparent: given })).toMatchObject({
      correlation_id: 'request-1',
      causation_id: 'm1',
      traceparent: given
    })
  })

  it('begins a correlation where there was none', async () => {
    expect(await headersAfterHandling({})).toMatchObject({ correlation_id: 'm1', causation_id: 'm1' })
  })

  it('has the actor of its cause, unless it names its own', async () => {
    expect(await headersAfterHandling({ actor: 'customer' })).toMatchObject({ actor: 'customer' })
    expect(await headersAfterHandling({ actor: 'customer' }, { actor: 'rider' })).toMatchObject({ actor: 'rider' })
    expect(await headersAfterHandling({})).not.toHaveProperty('actor')
    const cause = { ...ordered({ aggregateId: 1, payload: {}, actor: 'shop' }), topic: 't', partition: 0, offset: 5n }
    expect(causedBy(cause)).toMatchObject({ actor: 'shop' })
  })

  it('does so in a transaction of another library, until the handler ends', async () => {
    const other: OpenTransaction = { dialect: 'mysql', connection: () => other, run: () => Promise.reject(new Error()) }
    const causeNow = () => inContext(other, shipped({ aggregateId: 2, payload: {} }))[0]?.causationId
    const ended = Promise.withResolvers<void>()
    const causes: unknown[] = []
    let late: Promise<unknown> | undefined
    const handler = handle(ordered, async () => {
      late = ended.promise.then(() => causes.push(causeNow()))
      causes.push(causeNow())
    })
    const consumed = { name: 'ordered', aggregateId: 1, messageId: 'm1', topic: 't', partition: 0, offset: 5n }
    await createMemoryOutbox().transaction(trx => handler.work([consumed as ConsumedEvent], trx))
    ended.resolve()
    await late
    expect(causes).toEqual(['m1', undefined])
  })
})

describe('with OpenTelemetry', () => {
  const exporter = new InMemorySpanExporter()
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  beforeEach(() => provider.register())
  afterEach(() => {
    exporter.reset()
    for (const api of [trace, context, propagation]) api.disable()
  })

  it('writes the active span, and an explicit one only if it is of another trace', () => {
    provider.getTracer('test').startActiveSpan('POST /order', span => {
      const { traceId, spanId } = span.spanContext()
      const active = `00-${traceId}-${spanId}-01`
      const write = (traceparent?: string) => ordered({ aggregateId: 1, payload: {}, traceparent }).traceparent
      expect(write()).toBe(active)
      expect(write(`00-${traceId}-b7ad6b7169203331-01`)).toBe(active)
      expect(write(given)).toBe(given)
      span.end()
    })
  })

  it('handles an event in a span below the one that wrote it, and hands that on', async () => {
    const headers = await headersAfterHandling({ traceparent: given })
    const [span] = exporter.getFinishedSpans()
    expect(span).toMatchObject({ name: 'process ordered', kind: SpanKind.CONSUMER })
    expect(span?.spanContext().traceId).toBe(given.slice(3, 35))
    expect(span?.parentSpanContext?.spanId).toBe(given.slice(36, 52))
    expect(headers?.traceparent).toBe(`00-${given.slice(3, 35)}-${span?.spanContext().spanId}-01`)
  })

  it('shows a batch in the trace of each of its events', async () => {
    const consumed = ['1', '2'].map(digit => ({
      name: 'ordered',
      messageId: digit,
      traceparent: given.replace('0af', `0a${digit}`)
    }))
    const outbox = createMemoryOutbox()
    const handler = handleBatch(ordered, async (events, trx) => {
      await outbox.append(
        trx,
        events.map(event => shipped({ aggregateId: 2, payload: {}, ...causedBy(event) }))
      )
    })
    await outbox.transaction(trx => handler.work(consumed as ConsumedEvent[], trx))
    const traces = exporter.getFinishedSpans().map(span => span.spanContext().traceId.slice(0, 3))
    expect(traces).toEqual(['0a1', '0a2'])
    const headers = outbox.topic.records().map(record => record.headers)
    expect(headers).toMatchObject([{ causation_id: '1' }, { causation_id: '2' }])
  })

  it('marks the span of a handler that fails', async () => {
    const handler = handle(ordered, () => Promise.reject(new Error('no stock')))
    const event = { name: 'ordered', messageId: 'm1' } as ConsumedEvent
    await expect(createMemoryOutbox().transaction(trx => handler.work([event], trx))).rejects.toThrow('no stock')
    expect(exporter.getFinishedSpans()[0]?.events[0]?.name).toBe('exception')
  })
})
