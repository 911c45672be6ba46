import type { Context, Span } from '@opentelemetry/api'

type OpenTelemetry = typeof import('@opentelemetry/api')

/** The OpenTelemetry API, if the service has installed it. Its state is global, so any copy of it will do. */
let openTelemetry: OpenTelemetry | undefined

// Not createRequire(import.meta.url): bundles and test runners that turn this into CommonJS have no import.meta.
import('@opentelemetry/api').then(
  module => (openTelemetry = module),
  (error: NodeJS.ErrnoException) => {
    if (!/MODULE_NOT_FOUND/.test(error.code ?? '')) throw error
  }
)

/** W3C Trace Context, version 00. All zeros would mean that there is no trace. */
export const traceparentPattern = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/

/** The parent under which an event is written: the active span, unless the caller names one of another trace. */
export function traceparentFor(given: string | undefined): string | undefined {
  const active = activeTraceparent()
  return given === undefined || active?.slice(3, 35) === given.slice(3, 35) ? (active ?? given) : given
}

function activeTraceparent(): string | undefined {
  const api = openTelemetry
  const span = api?.trace.getActiveSpan()?.spanContext()
  if (api === undefined || span === undefined || !api.isSpanContextValid(span)) return undefined
  return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`
}

/** What tracing needs to know of an event that is handled. */
export type TracedEvent<Id extends number | string = number | string> = {
  readonly name: string
  /** The Kafka key. Events of one aggregate are handled in the order of their commits. */
  readonly aggregateId: Id
  /** The identity: an event that comes twice with the same message id takes effect once. */
  readonly messageId: string
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly traceparent?: string | undefined
}

/**
 * Runs `work` in a consumer span for each event, below the span that wrote it, so that every event's trace shows how it
 * was handled, also in a batch. Only the span of a single event is active meanwhile. Without OpenTelemetry it just runs.
 */
export async function inHandlerSpans<T>(events: readonly TracedEvent[], work: () => Promise<T>): Promise<T> {
  const api = openTelemetry
  if (api === undefined || events.every(event => inSpan.has(event))) return work()
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

const inSpan = new WeakSet<TracedEvent>()

/**
 * Runs the transaction of a single event in that event's span: the trace shows every statement, the commit too. The
 * transaction of several events belongs to no single trace, so only their handlers have spans.
 */
export async function inTransactionSpan<T>(events: readonly TracedEvent[], work: () => Promise<T>): Promise<T> {
  const [only, ...others] = events
  if (only === undefined || others.length > 0) return work()
  return inHandlerSpans([only], async () => {
    inSpan.add(only)
    try {
      return await work()
    } finally {
      inSpan.delete(only)
    }
  })
}

/**
 * Records how the event came to Kafka, below the span that wrote it: from when its row was written, by the database's
 * clock, until Connect wrote its record, by Connect's clock. Nothing if the clocks disagree, or the row's time isn't known.
 */
export function tracePublishing(event: TracedEvent & { readonly createdAt: Date }, recordedAt: number): void {
  const api = openTelemetry
  if (api === undefined || event.traceparent === undefined || recordedAt <= event.createdAt.getTime()) return
  const attributes = { ...place(event), 'messaging.operation.type': 'send' }
  const options = { kind: api.SpanKind.PRODUCER, attributes, startTime: event.createdAt }
  tracer(api).startSpan(`publish ${event.name}`, options, parentOf(event, api)).end(recordedAt)
}

function startSpan(event: TracedEvent, api: OpenTelemetry): Span {
  const attributes = { ...place(event), 'messaging.operation.type': 'process' }
  const options = { kind: api.SpanKind.CONSUMER, attributes }
  return tracer(api).startSpan(`process ${event.name}`, options, parentOf(event, api))
}

const tracer = ({ trace }: OpenTelemetry) => trace.getTracer('@outbox-cdc/outbox')

const place = (event: TracedEvent) => ({
  'messaging.system': 'kafka',
  'messaging.destination.name': event.topic,
  'messaging.destination.partition.id': String(event.partition),
  'messaging.message.id': event.messageId,
  'messaging.kafka.message.key': String(event.aggregateId),
  'messaging.kafka.offset': Number(event.offset)
})

function parentOf({ traceparent = '' }: TracedEvent, { context, trace }: OpenTelemetry): Context {
  const [, traceId, spanId, flags = '00'] = traceparentPattern.exec(traceparent) ?? []
  if (traceId === undefined || spanId === undefined) return context.active()
  const traceFlags = Number.parseInt(flags, 16)
  return trace.setSpanContext(context.active(), { traceId, spanId, traceFlags, isRemote: true })
}
