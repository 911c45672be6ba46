import { OutboxError } from '../errors.ts'
import { asciiJson, type PendingEvent } from './store.ts'

/** The other columns of a row, and the start of the statement, take less. */
const roomBeside = 2_000

/**
 * Splits events, in their order, so that the INSERT of each part fits into one packet. MySQL cuts the connection of a
 * larger one. Throws `EVENT_TOO_LARGE`, naming `max_allowed_packet`, for an event that doesn't fit alone.
 */
export function splitByPacket<Event extends PendingEvent>(
  events: readonly Event[],
  mostBytes: number
): readonly (readonly Event[])[] {
  const parts: Event[][] = []
  let left = 0
  for (const event of events) {
    const bytes = sizeOf(event) + roomBeside
    if (bytes > mostBytes) throw tooLarge(`The INSERT of event ${event.name}`, bytes, mostBytes)
    if (bytes > left) {
      parts.push([])
      left = mostBytes
    }
    parts.at(-1)?.push(event)
    left -= bytes
  }
  return parts
}

/** The error for a statement that MySQL would answer by cutting the connection. */
export function tooLarge(what: string, bytes: number, mostBytes: number): OutboxError {
  const message = `${what} takes ${bytes} bytes, but max_allowed_packet of this connection is ${mostBytes}: `
  return new OutboxError('EVENT_TOO_LARGE', `${message}raise it at the server, or write less at once`)
}

/** In the SQL text: the driver writes bytes as hexadecimal digits, and escapes some characters. */
function sizeOf({ bytes, json }: PendingEvent): number {
  if (bytes !== undefined) return bytes.length * 2
  const text = asciiJson(json)
  return text.length + (text.match(/["'\\]/g)?.length ?? 0)
}
