import type { Context, Span } from '@opentelemetry/api'
import type { MessageContext } from './message-headers.ts'
import { type OpenTelemetry, openTelemetry } from './open-telemetry.ts'
import { traceparentPattern } from './traceparent.ts'

/** What tracing needs to know of an event that is being handled. */
export type HandledMessage = MessageContext & {
  readonly name: string
  readonly aggregateId: number
  readonly messageId: string
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
}

/**
 * Runs `work` in a consumer span for each event, below the span that wrote it: every event's own trace shows how it was
 * handled, in a batch too. Only the span of a single event is active meanwhile. Without OpenTelemetry it just runs.
 */
export async function inHandlerSpans<T>(events: readonly HandledMessage[], work: () => Promise<T>): Promise<T> {
  const api = openTelemetry()
  if (api === undefined) return work()
  const spans = events.map(event => startSpan(event, api))
  const [only, ...others] = spans
  const active = api.context.active()
  const inside = only === undefined || others.length > 0 ? active : api.trace.setSpan(active, only)
  try {
    return await api.context.with(inside, work)
  } catch (error) {
    for (const span of spans) {
      span.recordException(error instanceof Error ? error : String(error))
      span.setStatus({ code: api.SpanStatusCode.ERROR })
    }
    throw error
  } finally {
    for (const span of spans) span.end()
  }
}

function startSpan(event: HandledMessage, api: OpenTelemetry): Span {
  const attributes = {
    'messaging.system': 'kafka',
    'messaging.operation.type': 'process',
    'messaging.destination.name': event.topic,
    'messaging.destination.partition.id': String(event.partition),
    'messaging.message.id': event.messageId,
    'messaging.kafka.message.key': String(event.aggregateId),
    'messaging.kafka.offset': Number(event.offset)
  }
  const tracer = api.trace.getTracer('@outbox-cdc/outbox')
  return tracer.startSpan(`process ${event.name}`, { kind: api.SpanKind.CONSUMER, attributes }, parentOf(event, api))
}

function parentOf({ traceparent = '' }: HandledMessage, { context, trace }: OpenTelemetry): Context {
  const [, traceId, spanId, flags = '00'] = traceparentPattern.exec(traceparent) ?? []
  if (traceId === undefined || spanId === undefined) return context.active()
  const traceFlags = Number.parseInt(flags, 16)
  return trace.setSpanContext(context.active(), { traceId, spanId, traceFlags, isRemote: true })
}
