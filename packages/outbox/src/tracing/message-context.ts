import { AsyncLocalStorage } from 'node:async_hooks'
import type { Knex } from 'knex'
import type { AggregateId, MessageContext, OutboundEvent } from '../define-event.ts'
import type { AnyTransaction } from '../transactions/open-transaction.ts'
import { inHandlerSpans, type TracedEvent } from './open-telemetry.ts'

/** What an event is known by, and what it was sent with. */
export type HandledMessage<Id extends AggregateId = AggregateId> = TracedEvent<Id> & MessageContext

const contexts = new WeakMap<Knex.Transaction, MessageContext>()
// For transactions of other libraries, which a handler opens itself.
const running = new AsyncLocalStorage<{ context: MessageContext }>()

/**
 * What events that are appended to this transaction inherit, unless they set it themselves. Inside a handler: the handled
 * event's correlation id (or else its message id), its message id as causation, its trace and its actor. Elsewhere nothing.
 */
export function currentMessageContext(trx: Knex.Transaction): MessageContext {
  return contexts.get(trx) ?? (trx.parentTransaction === undefined ? {} : currentMessageContext(trx.parentTransaction))
}

/**
 * What an event inherits from the one that caused it: shipped({ …, ...causedBy(event) }). `handle` does this by itself. In
 * `handleBatch` only you know which event caused which.
 */
export function causedBy(event: HandledMessage): MessageContext {
  return {
    correlationId: event.correlationId ?? event.messageId,
    causationId: event.messageId,
    traceparent: event.traceparent,
    actor: event.actor
  }
}

/** Runs a handler's work. Events that it appends inherit from the handled event, if there is only one. */
export async function inMessageContext<T>(
  trx: Knex.Transaction,
  events: readonly HandledMessage[],
  work: () => Promise<T>
): Promise<T> {
  const [only, ...others] = events
  const own = { context: only !== undefined && others.length === 0 ? causedBy(only) : {} }
  contexts.set(trx, own.context)
  try {
    return await running.run(own, () => inHandlerSpans(events, work))
  } finally {
    contexts.delete(trx)
    // What the handler left running causes nothing more.
    own.context = {}
  }
}

/** The events, with what they inherit from the transaction's context. */
export function inContext(
  trx: AnyTransaction,
  events: OutboundEvent | readonly OutboundEvent[]
): readonly OutboundEvent[] {
  const context = typeof trx === 'function' ? currentMessageContext(trx) : running.getStore()?.context
  return [events].flat().map(event => ({
    ...event,
    correlationId: event.correlationId ?? context?.correlationId,
    causationId: event.causationId ?? context?.causationId,
    traceparent: event.traceparent ?? context?.traceparent,
    actor: event.actor ?? context?.actor
  }))
}
