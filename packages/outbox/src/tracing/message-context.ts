import type { Knex } from 'knex'
import type { OutboundEvent } from '../define-event.ts'
import type { MessageContext } from './message-headers.ts'
import { type HandledMessage, inHandlerSpan } from './handler-span.ts'

const contexts = new WeakMap<Knex.Transaction, MessageContext>()

/**
 * What events appended to this transaction inherit, unless they say otherwise: inside a handler the correlation id of
 * the event that is being handled (its message id, if it has none), its message id as causation, and its trace.
 * Elsewhere nothing.
 */
export function currentMessageContext(trx: Knex.Transaction): MessageContext {
  return contexts.get(trx) ?? (trx.parentTransaction === undefined ? {} : currentMessageContext(trx.parentTransaction))
}

/** Runs a handler's work so that what it appends to `trx` is known to follow from `event`. */
export async function inMessageContext<T>(
  trx: Knex.Transaction,
  event: HandledMessage,
  work: () => Promise<T>
): Promise<T> {
  contexts.set(trx, {
    correlationId: event.correlationId ?? event.messageId,
    causationId: event.messageId,
    traceparent: event.traceparent
  })
  try {
    return await inHandlerSpan(event, work)
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
