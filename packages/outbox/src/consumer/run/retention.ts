import { OutboxError } from '../../errors.ts'
import { type InboxRetention, inboxKeepMs } from '../../inbox/prune-inbox.ts'
import type { KafkaClient } from '../../kafka/kafka-client.ts'
import { isRefused } from '../../kafka/refusals.ts'
import type { Logger } from '../../logger.ts'

type Reader = { readonly kafka: KafkaClient; readonly inbox?: InboxRetention; readonly logger: Logger }

/** How many partitions a topic has, and how long the inbox remembers its events. */
type Looked = { readonly partitions: number; readonly keepMs: number }

/**
 * Looks at a topic, and rejects if the inbox would forget sooner than Kafka can repeat. A consumer that may not read the
 * topic's configuration needs `keepMs`, which then can't be checked.
 */
export function createRetention({ kafka, inbox = {}, logger }: Reader): (topic: string) => Promise<Looked> {
  const { keepMs } = inbox
  // Asked for once: a broker logs each request that it refuses.
  let refused = false

  async function look(topic: string): Promise<Looked> {
    if (refused && keepMs !== undefined) return { partitions: (await kafka.watermarks(topic)).size, keepMs }
    try {
      const facts = await kafka.topic(topic)
      return { partitions: facts.partitions, keepMs: inboxKeepMs(facts, inbox) }
    } catch (error) {
      if (!isRefused(error) || !error.message.includes('DESCRIBE_CONFIGS')) throw error
      if (keepMs === undefined) throw withoutRetention(error)
      logger.info({ topic, keepMs, reason: error.message }, "cannot compare inbox.keepMs with the topic's retention")
      refused = true
      return look(topic)
    }
  }

  return look
}

function withoutRetention(cause: OutboxError): OutboxError {
  const message = `${cause.message.replace(/\.$/, '')}: grant it, or give the inbox's retention with inbox.keepMs`
  return new OutboxError('KAFKA_REFUSED', message, { cause, retryable: true })
}
