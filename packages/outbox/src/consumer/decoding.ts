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
export const jsonDecoding: RecordDecoding = {
  decode: bytes => ({ content: withoutSchema(parseJson(bytes.toString('utf8'))) })
}

function withoutSchema(json: unknown): unknown {
  const wrapped = typeof json === 'object' && json !== null && 'schema' in json && 'payload' in json
  return wrapped ? json.payload : json
}
