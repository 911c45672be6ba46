import { randomUUID } from 'node:crypto'

/** One record as the broker holds it. Offsets are bigint: they outgrow a number in principle, and mixing fails to compile. */
export type KafkaRecord = {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  /** Milliseconds since 1970, set by the producer. */
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** Values are UTF-8 text; a header without a value is null. */
  readonly headers: Readonly<Record<string, string | null>>
}

/** What the records hold in memory, in bytes. */
export function sizeOf(records: readonly KafkaRecord[]): number {
  return records.reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0)
}

/** What a member asks for when it joins a group, and what it is told from then on. */
export type Membership = {
  readonly group: string
  readonly topic: string
  /** A member that is silent for longer loses its partitions to others. */
  readonly sessionTimeoutMs: number
  /** These partitions are ours from now on, and no others; whatever was handed over before is void. */
  readonly onAssigned: (partitions: readonly number[]) => void
  /** The group is being rearranged: a good moment to commit what is done. */
  readonly onRearranging: () => Promise<void>
  /**
   * Records of one partition, in order. The promise resolves when there is room for more: a client waits for it, and
   * stops reading that partition meanwhile, but goes on reading the others and stays a member of the group.
   */
  readonly onRecords: (partition: number, records: readonly KafkaRecord[]) => Promise<void>
  /** Reading has failed; the client tries again by itself. */
  readonly onTrouble: (error: unknown) => void
}

/** A member of a group, as long as it has not left. */
export interface KafkaMember {
  /** The next offset to read, for each partition. Rejects when the partition is no longer ours: that loses nothing. */
  readonly commit: (next: ReadonlyMap<number, bigint>) => Promise<void>
  readonly leave: () => Promise<void>
}

/** What the broker knows of a topic. Times are in milliseconds. */
export type TopicFacts = {
  readonly partitions: number
  /** How long the topic keeps a record: Infinity when for ever. */
  readonly retentionMs: number
  /** How long a segment is filled before it can grow old: a record may outlive `retentionMs` by so much. */
  readonly segmentMs: number
}

/** The first offset that a partition still has, and the one that its next record will get. */
export type Watermarks = { readonly low: bigint; readonly high: bigint }

/** From `from` up to, but without, `to`, for each partition. */
export type OffsetWindow = ReadonlyMap<number, { readonly from: bigint; readonly to: bigint }>

/** A bounded part of a topic, and who takes its records. */
export type WindowRead = {
  readonly topic: string
  readonly window: OffsetWindow
  readonly onRecords: (partition: number, records: readonly KafkaRecord[]) => Promise<void>
}

/**
 * What the library needs of a Kafka client: two clients stand behind it, held to one contract suite. Nothing is ever
 * committed but by `KafkaMember.commit`.
 */
export interface KafkaClient {
  /** Joins the group and keeps reading, through any trouble, until `leave`. Rejects when Kafka cannot be reached now. */
  readonly join: (membership: Membership) => Promise<KafkaMember>
  readonly topic: (name: string) => Promise<TopicFacts>
  readonly watermarks: (topic: string) => Promise<ReadonlyMap<number, Watermarks>>
  /** The first offset at or after the time; the high watermark where there is none. */
  readonly offsetsAt: (topic: string, timestamp: number) => Promise<ReadonlyMap<number, bigint>>
  /** The group's committed offsets; a partition without one is missing from the map. */
  readonly committed: (group: string, topic: string) => Promise<ReadonlyMap<number, bigint>>
  /** Reads a window of a topic once, outside of any consumer's group; resolves at its end. */
  readonly read: (read: WindowRead) => Promise<void>
  readonly close: () => Promise<void>
}

/** Both clients read only as a member of some group: a name that nobody else has, for one reading of the topic. */
export function readingGroup(topic: string): string {
  return `outbox-read-${topic}-${randomUUID()}`
}
