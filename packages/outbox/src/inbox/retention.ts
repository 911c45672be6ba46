import type { TopicFacts } from '../kafka/kafka-client.ts'
import { OutboxError } from '../errors.ts'

/** For how long handled messages are remembered. Times are in milliseconds. */
export type InboxRetention = {
  /**
   * How far back beyond the topic's own retention events may come again, by a replay, a reset of the group's offsets or a
   * connector that begins again at an older place of the binlog; 0 by default.
   */
  readonly replayWindowMs?: number
  /** How long inbox rows are kept; computed when left out. Shorter than needed is refused at start. */
  readonly keepMs?: number
}

/**
 * How long the inbox must remember: as long as Kafka can deliver a record again. A record lives until its whole segment
 * is old enough, so the time to fill a segment (`segment.ms`) comes on top of `retention.ms`.
 */
export function inboxKeepMs(
  { retentionMs, segmentMs }: TopicFacts,
  { replayWindowMs = 0, keepMs }: InboxRetention
): number {
  const needed = retentionMs + segmentMs + replayWindowMs
  if (keepMs === undefined) return needed
  if (keepMs < needed)
    throw new OutboxError(
      'RETENTION_TOO_SHORT',
      `The inbox would forget after ${days(keepMs)} what Kafka can deliver again for ${days(needed)}: ` +
        `retention.ms ${days(retentionMs)} + segment.ms ${days(segmentMs)} + replay window ${days(replayWindowMs)}`,
      { retryable: false }
    )
  return keepMs
}

function days(ms: number): string {
  return Number.isFinite(ms) ? `${Math.round((ms / 86_400_000) * 100) / 100} d` : 'ever'
}
