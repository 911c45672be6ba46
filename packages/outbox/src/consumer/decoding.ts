import type { KafkaRecord } from '../kafka/kafka-client.ts'
import { parseJson } from './parse-json.ts'

/** What a key or a value says; `type` is the full name of its schema where it has one. */
export type Decoded = { readonly content: unknown; readonly type?: string | undefined }

/** How keys and values are read; as JSON when nothing else is said. */
export interface RecordDecoding {
  /** Gets what reading these records takes. While that cannot be had it rejects, retryable, and the records wait. */
  readonly prepare?: (records: readonly KafkaRecord[]) => Promise<void>
  /** Throws for what cannot be read: that record is parked, and its key waits. */
  readonly decode: (bytes: Buffer) => Decoded
}

/** JSON, with or without Connect's schema around it. */
export const jsonDecoding: RecordDecoding = { decode: bytes => ({ content: bareContent(bytes) }) }

// Connect writes the same schema before the payload of each record of a table, and parsing it was half of the reading.
const known: Buffer[] = []
const mostKnown = 8

function bareContent(bytes: Buffer): unknown {
  const start = known.find(
    each => bytes.length > each.length && bytes.compare(each, 0, each.length, 0, each.length) === 0
  )
  if (start !== undefined) {
    try {
      // What is one JSON value without the start and the closing brace was the payload, and the last member.
      if (bytes.at(-1) === closingBrace) return parseJson(bytes.toString('utf8', start.length, bytes.length - 1))
    } catch {
      // The whole says what is wrong with it.
    }
  }
  return parseWhole(bytes.toString('utf8'))
}

const closingBrace = 0x7d

function parseWhole(text: string): unknown {
  const json = parseJson(text)
  if (typeof json !== 'object' || json === null || !('schema' in json) || !('payload' in json)) return json
  const start = `{"schema":${JSON.stringify(json.schema)},"payload":`
  if (text.startsWith(start) && known.length < mostKnown) known.push(Buffer.from(start))
  return json.payload
}
