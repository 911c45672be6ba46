import type { Context } from '@opentelemetry/api'
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

/** Runs `work` in a consumer span below the span that wrote the event; without OpenTelemetry it just runs it. */
export async function inHandlerSpan<T>(event: HandledMessage, work: () => Promise<T>): Promise<T> {
  const api = openTelemetry()
  if (api === undefined) return work()
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
  const options = { kind: api.SpanKind.CONSUMER, attributes }
  return tracer.startActiveSpan(`process ${event.name}`, options, parentOf(event, api), async span => {
    try {
      return await work()
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error))
      span.setStatus({ code: api.SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  })
}

function parentOf({ traceparent = '' }: HandledMessage, { context, trace }: OpenTelemetry): Context {
  const [, traceId, spanId, flags = '00'] = traceparentPattern.exec(traceparent) ?? []
  if (traceId === undefined || spanId === undefined) return context.active()
  const traceFlags = Number.parseInt(flags, 16)
  return trace.setSpanContext(context.active(), { traceId, spanId, traceFlags, isRemote: true })
}
