import { z } from 'zod'
import type { KafkaRecord } from '../kafka/kafka-client.ts'
import type { ConsumedEvent, EventHandler } from './consumed-event.ts'
import type { ConsumerSetup } from './consumer-setup.ts'
import { type ParkReason, readEnvelope, type Received, type Refusal } from './read-envelope.ts'

/** A record with the decision that needs no database: handle it, refuse it, or let it pass. */
export type Prepared =
  | (Received & { readonly event: ConsumedEvent; readonly handler: EventHandler })
  | (Received & { readonly refusal: Refusal })
  | (Received & { readonly event: ConsumedEvent; readonly ignored: true })

/** Reads a record, finds its handler, and checks its payload against the handler's schema. Never throws. */
export function prepare(setup: ConsumerSetup, record: KafkaRecord): Prepared {
  const received = readEnvelope(record, setup.decoding)
  if ('refusal' in received) return received
  const { event } = received
  const refuse = (reason: ParkReason, message: string, cause?: unknown) => {
    const error = new Error(message, cause === undefined ? {} : { cause })
    return { ...received, refusal: { reason, error } }
  }
  const handler = setup.handlers.get(event.name)
  if (handler === undefined) {
    if (setup.onUnknown === 'ignore') return { ...received, ignored: true }
    return refuse('UNKNOWN_EVENT', `No handler for ${event.name}`)
  }
  const { definition } = handler
  if (event.schemaVersion > definition.version)
    return refuse('FUTURE_VERSION', `${event.name} has version ${event.schemaVersion}, known is ${definition.version}`)
  const payload = decode(definition.payload, event.payload)
  if (!payload.success) return refuse('PAYLOAD_INVALID', z.prettifyError(payload.error), payload.error)
  return { ...received, handler, event: { ...event, payload: payload.data } }
}

function decode(schema: z.ZodType, value: unknown): z.ZodSafeParseResult<unknown> {
  try {
    return z.safeDecode(schema, value)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    return { success: false, error: new z.ZodError([{ code: 'custom', path: [], message, input: value }]) }
  }
}
