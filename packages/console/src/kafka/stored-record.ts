/** A record as it lies in Kafka. Offsets are numbers: 2^53 records a partition are enough. */
export type StoredRecord = {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly (readonly [name: string, value: string | null])[]
  /** What a decoder made of the value; see decode-record.ts. */
  readonly opened?: unknown
  /** And of the key. */
  readonly openedKey?: unknown
}
