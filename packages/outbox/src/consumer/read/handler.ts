import type { Knex } from 'knex'
import type { z } from 'zod'
import type { AggregateId, AggregateIdKind, EventDefinition } from '../../define-event.ts'
import { type HandledMessage, inMessageContext } from '../../tracing/message-context.ts'

/** An event as a handler gets it: read, checked against its schema, and not handled by this consumer before. */
export type ConsumedEvent<
  Name extends string = string,
  Payload = unknown,
  Id extends AggregateId = AggregateId
> = HandledMessage<Id> & {
  /** Of the outbox row, where the record has it. Grows with gaps. For logs; not for order or identity. */
  readonly id?: number | undefined
  readonly name: Name
  readonly aggregate?: string | undefined
  readonly aggregateVersion?: number | undefined
  readonly schemaVersion: number
  readonly payload: Payload
  /** The payload's text as it was in the outbox row, unless the connector expanded it. */
  readonly json: string
  /** When the row was written; the time of the Kafka record where that doesn't say. */
  readonly createdAt: Date
}

/** What `handle` and `handleBatch` return; `createConsumer` takes them under their topic and event. */
export type EventHandler = {
  readonly definition: EventDefinition
  readonly batch: boolean
  readonly work: (events: readonly ConsumedEvent[], trx: Knex.Transaction) => Promise<void>
}

type EventOf<Name extends string, Schema extends z.ZodType, Kind extends AggregateIdKind> = ConsumedEvent<
  Name,
  z.output<Schema>,
  AggregateId<Kind>
>

/**
 * Handles events one at a time. `trx` also holds the event's inbox row: what `work` writes through it commits once,
 * however often Kafka delivers the event. Events that `work` appends to `trx` inherit correlation, causation and trace.
 * Anything done outside of `trx` (a mail, an HTTP call) may happen again after a crash. `work` must not end the
 * transaction, as DDL, TRUNCATE and COMMIT do: its event is parked then.
 */
export function handle<Name extends string, Schema extends z.ZodType, Kind extends AggregateIdKind>(
  definition: EventDefinition<Name, Schema, Kind>,
  work: (event: EventOf<Name, Schema, Kind>, trx: Knex.Transaction) => Promise<void>
): EventHandler {
  return {
    definition,
    batch: false,
    work: async (events, trx) => {
      for (const event of events)
        await inMessageContext(trx, [event], () => work(event as EventOf<Name, Schema, Kind>, trx))
    }
  }
}

/**
 * Handles many events in one call, for bulk writes. Events of one key are in order, and all events commit together or
 * not at all. When the call throws, the same events come again one by one, so that only the failing one is retried or
 * parked: `work` must give the same result either way. Name the cause of events that you append by `causedBy(event)`.
 */
export function handleBatch<Name extends string, Schema extends z.ZodType, Kind extends AggregateIdKind>(
  definition: EventDefinition<Name, Schema, Kind>,
  work: (events: readonly EventOf<Name, Schema, Kind>[], trx: Knex.Transaction) => Promise<void>
): EventHandler {
  return {
    definition,
    batch: true,
    work: (events, trx) =>
      inMessageContext(trx, events, () => work(events as readonly EventOf<Name, Schema, Kind>[], trx))
  }
}
