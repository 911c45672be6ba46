import { createHash } from 'node:crypto'
import type { AggregateId } from '../../define-event.ts'

const most = 255

/**
 * The key that orders an aggregate's events and under which they are parked: `order/7`. Events with the same key in Kafka
 * but of another aggregate don't wait for each other. In ASCII without blanks, so that every database tells keys apart,
 * and a person can copy it: other characters are percent-encoded, and a longer key ends with a hash.
 */
export function eventKey(aggregate: string | undefined, id: AggregateId): string {
  const key = `${escaped(aggregate ?? '')}/${escaped(String(id))}`
  if (key.length <= most) return key
  const hash = shortHash(Buffer.from(key))
  return `${key.slice(0, most - hash.length - 1)}~${hash}`
}

// Keys of unreadable records hold `:`, and shortened ones `~`.
function escaped(text: string): string {
  if (/^[\w.-]*$/.test(text)) return text
  return Buffer.from(text)
    .toString('latin1')
    .replace(/[^\w.@+=,-]/g, byte => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}

/** What is in a key; undefined for that of an unreadable record, and for one that ends with a hash. */
export function readEventKey(key: string): { readonly aggregate: string; readonly id: string } | undefined {
  const [, aggregate, id] = /^([^/:~]*)\/([^/:~]+)$/.exec(key) ?? []
  if (aggregate === undefined || id === undefined) return undefined
  try {
    return { aggregate: decodeURIComponent(aggregate), id: decodeURIComponent(id) }
  } catch {
    return undefined
  }
}

/** An id as a driver returns it from the column of a table: 16 bytes are a UUID. */
export function idInColumn(id: unknown): string {
  if (!Buffer.isBuffer(id)) return String(id)
  const hex = id.toString('hex')
  return hex.length === 32 ? hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-') : hex
}

export function shortHash(...parts: readonly Buffer[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex').slice(0, 32)
}
