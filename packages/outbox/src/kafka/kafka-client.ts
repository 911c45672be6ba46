import { randomUUID } from 'node:crypto'
import { OutboxError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { KafkaSecurity } from '../security/kafka-security.ts'

/** How a client reaches the brokers. */
export type BrokerOptions = {
  /** `host:port` each. */
  readonly brokers: readonly string[]
  readonly clientId: string
  readonly logger: Logger
  /** TLS and SASL, such as `kafkaSecurity` of `@outbox-cdc/outbox/security` reads them from variables; none by default. */
  readonly security?: KafkaSecurity
}

/** One record as the broker holds it. Offsets are bigint, so that code which mixes them with numbers doesn't compile. */
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

/** The memory that keys and values take, in bytes. */
export function sizeOf(records: readonly KafkaRecord[]): number {
  return records.reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0)
}

/** A partition of a topic. */
export type TopicPartition = { readonly topic: string; readonly partition: number }

export const partitionName = ({ topic, partition }: TopicPartition): string => `${topic}:${partition}`

/** A partition and the offset at which to read on. */
export type NextOffset = TopicPartition & { readonly offset: bigint }

/** What a member asks for when it joins a group, and the callbacks that it gets. */
export type Membership = {
  readonly group: string
  readonly topics: readonly string[]
  /** A member that is silent for longer loses its partitions to others. */
  readonly sessionTimeoutMs: number
  /** From now on exactly these partitions are ours. Records handed over before don't count any more. */
  readonly onAssigned: (partitions: readonly TopicPartition[]) => void
  /** The group is about to rebalance: a good moment to commit what is done. */
  readonly onRebalancing: () => Promise<void>
  /**
   * Records of one partition, in order. The promise resolves when there is room for more. Until then the client stops
   * reading that partition, but it reads the others and stays a member of the group.
   */
  readonly onRecords: (partition: TopicPartition, records: readonly KafkaRecord[]) => Promise<void>
  /** Reading has failed; the client retries by itself. */
  readonly onFailure: (error: unknown) => void
}

/** A member of a group, until it leaves. */
export interface KafkaMember {
  /** Commits these offsets. Rejects when a partition is no longer ours; that loses nothing. */
  readonly commit: (next: readonly NextOffset[]) => Promise<void>
  readonly leave: () => Promise<void>
}

/** A topic's settings. Times are in milliseconds. */
export type TopicFacts = {
  readonly partitions: number
  /** How long the topic keeps a record; Infinity without a limit. */
  readonly retentionMs: number
  /** How long a segment is filled before it ages: a record may outlive `retentionMs` by so much. */
  readonly segmentMs: number
}

/** A topic's settings from its configuration, where a negative time means no limit. */
export function topicFacts(partitions: number, settingOf: (name: string) => string | null | undefined): TopicFacts {
  const msOf = (name: string) => {
    const ms = Number(settingOf(name) ?? -1)
    return ms < 0 ? Infinity : ms
  }
  return { partitions, retentionMs: msOf('retention.ms'), segmentMs: msOf('segment.ms') }
}

/** A member of a group: the topics that it asked for, and the partitions of a topic that it was given. */
export type GroupMember = {
  readonly topics: readonly string[]
  readonly partitions: (topic: string) => readonly number[]
}

/** The first offset that a partition still has, and the one that its next record gets. */
export type Watermarks = { readonly low: bigint; readonly high: bigint }

/** For each partition the offsets from `from` up to, but without, `to`. */
export type OffsetWindow = ReadonlyMap<number, { readonly from: bigint; readonly to: bigint }>

/** A bounded part of a topic, and the function that takes its records. */
export type WindowRead = {
  readonly topic: string
  readonly window: OffsetWindow
  readonly onRecords: (partition: number, records: readonly KafkaRecord[]) => Promise<void>
}

/**
 * What the library needs of a Kafka client. kafkajs and @platformatic/kafka are behind it, and one contract suite tests
 * both. Only `KafkaMember.commit` commits offsets.
 */
export interface KafkaClient {
  /** Joins the group and keeps reading, also after failures, until `leave`. Rejects when Kafka can't be reached now. */
  readonly join: (membership: Membership) => Promise<KafkaMember>
  readonly topic: (name: string) => Promise<TopicFacts>
  readonly watermarks: (topic: string) => Promise<ReadonlyMap<number, Watermarks>>
  /** The first offset at or after the time; the high watermark where there is none. */
  readonly offsetsAt: (topic: string, timestamp: number) => Promise<ReadonlyMap<number, bigint>>
  /** The group's committed offsets, without the partitions that have none. */
  readonly committed: (group: string, topic: string) => Promise<ReadonlyMap<number, bigint>>
  /** The group's members, also those of other clients; undefined while it rebalances, and for a group of the KIP-848 kind. */
  readonly members: (group: string) => Promise<readonly GroupMember[] | undefined>
  /** Reads a window of a topic once, outside of any consumer group; resolves at its end. */
  readonly read: (read: WindowRead) => Promise<void>
  readonly close: () => Promise<void>
}

/** A unique group name for one read of a topic: both clients read only as a member of a group. */
export function readingGroup(topic: string): string {
  return `outbox-read-${topic}-${randomUUID()}`
}

/** Runs a request about a topic; Kafka's answer to one about a topic that doesn't exist lacks the name. */
export async function aboutTopic<T>(topic: string, request: Promise<T>): Promise<T> {
  try {
    return await request
  } catch (cause) {
    if (!meansNoTopic(cause)) throw cause
    throw new OutboxError('TOPIC_MISSING', `Topic ${topic} does not exist; create it`, { cause, retryable: true })
  }
}

function meansNoTopic(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (/UNKNOWN_TOPIC_OR_PARTITION|does not host this topic|Unknown topic/.test(`${error.message} ${codesOf(error)}`))
    return true
  const within: readonly unknown[] = error instanceof AggregateError ? error.errors : []
  return [error.cause, ...within].some(meansNoTopic)
}

/** kafkajs puts the name of Kafka's error into `type`, @platformatic/kafka into `apiId`. */
function codesOf(error: Error & { readonly type?: unknown; readonly apiId?: unknown }): string {
  return `${String(error.type)} ${String(error.apiId)}`
}
