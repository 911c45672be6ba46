import { parse } from 'secure-json-parse'
import type { KafkaRecord } from '../../kafka/kafka-client.ts'

/** The content of a key or a value. `type` is the full name of its schema, if it has one. */
export type Decoded = { readonly content: unknown; readonly type?: string | undefined }

/** How keys and values are read; as JSON by default. */
export interface RecordDecoding {
  /** Fetches what is needed to read these records. Rejects, retryable, while that fails, and the records wait. */
  readonly prepare?: (records: readonly KafkaRecord[]) => Promise<void>
  /** Throws for bytes that it can't read: that record is parked, and its key waits. */
  readonly decode: (bytes: Buffer) => Decoded
}

/** JSON, with or without Connect's schema around it. */
export const jsonDecoding: RecordDecoding = { decode: bytes => ({ content: withoutSchema(bytes) }) }

// Connect writes the same schema before the payload of each record of a table. To parse it took half of the reading time.
const known: Buffer[] = []
const mostKnown = 8
const closingBrace = 0x7d

function withoutSchema(bytes: Buffer): unknown {
  const start = known.find(
    each => bytes.length > each.length && bytes.compare(each, 0, each.length, 0, each.length) === 0
  )
  if (start !== undefined && bytes.at(-1) === closingBrace) {
    try {
      // If the rest, without the closing brace, is one JSON value, then it is the payload and the last member.
      return parseJson(bytes.toString('utf8', start.length, bytes.length - 1))
    } catch {
      // Parsing the whole text gives the better error.
    }
  }
  return parseWhole(bytes.toString('utf8'))
}

function parseWhole(text: string): unknown {
  const json = parseJson(text)
  if (typeof json !== 'object' || json === null || !('schema' in json) || !('payload' in json)) return json
  const start = `{"schema":${JSON.stringify(json.schema)},"payload":`
  if (text.startsWith(start) && known.length < mostKnown) known.push(Buffer.from(start))
  return json.payload
}

// MySQL itself stores no JSON deeper than 100.
const deepest = 100

/** Parses JSON, and rejects `__proto__` keys and nesting deeper than 100. */
export function parseJson(text: string): unknown {
  // A shorter text can't open and close that many brackets.
  if (text.length > 2 * deepest && depthOf(text) > deepest) throw new SyntaxError(`JSON nested deeper than ${deepest}`)
  return parse(text, { protoAction: 'error', constructorAction: 'ignore' })
}

// Runs for nearly every record, so it looks at each character once.
function depthOf(text: string): number {
  let depth = 0
  let most = 0
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const char = text.charCodeAt(index)
    if (inString) {
      if (char === 0x5c) index++
      else if (char === 0x22) inString = false
    } else if (char === 0x22) inString = true
    else if (char === 0x7b || char === 0x5b) most = Math.max(most, ++depth)
    else if (char === 0x7d || char === 0x5d) depth--
  }
  return most
}
