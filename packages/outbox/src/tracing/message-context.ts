import type { Knex } from 'knex'
import type { OutboundEvent } from '../define-event.ts'
import type { MessageContext } from './message-headers.ts'
import { type HandledMessage, inHandlerSpans } from './handler-span.ts'

const contexts = new WeakMap<Knex.Transaction, MessageContext>()

/**
 * What events appended to this transaction inherit, unless they say otherwise: inside a handler the correlation id of
 * the event that is being handled (its message id, if it has none), its message id as causation, and its trace.
 * Elsewhere nothing.
 */
export function currentMessageContext(trx: Knex.Transaction): MessageContext {
  return contexts.get(trx) ?? (trx.parentTransaction === undefined ? {} : currentMessageContext(trx.parentTransaction))
}

/**
 * What an event inherits from the one that caused it: shipped({ …, ...causedBy(event) }). A `handle` handler does this by
 * itself; in `handleBatch` only you know which event caused which.
 */
export function causedBy(event: HandledMessage): MessageContext {
  return {
    correlationId: event.correlationId ?? event.messageId,
    causationId: event.messageId,
    traceparent: event.traceparent
  }
}

/** Runs a handler's work; what it appends to `trx` follows from the event, if there is only one. */
export async function inMessageContext<T>(
  trx: Knex.Transaction,
  events: readonly HandledMessage[],
  work: () => Promise<T>
): Promise<T> {
  const [only, ...others] = events
  if (only !== undefined && others.length === 0) contexts.set(trx, causedBy(only))
  try {
    return await inHandlerSpans(events, work)
  } finally {
    contexts.delete(trx)
  }
}

/** The events with what they inherit from the transaction's context. */
export function inContext(
  trx: Knex.Transaction,
  events: OutboundEvent | readonly OutboundEvent[]
): readonly OutboundEvent[] {
  const list: readonly OutboundEvent[] = Array.isArray(events) ? events : [events]
  const context = currentMessageContext(trx)
  return list.map(event => ({
    ...event,
    correlationId: event.correlationId ?? context.correlationId,
    causationId: event.causationId ?? context.causationId,
    traceparent: event.traceparent ?? context.traceparent
  }))
}
