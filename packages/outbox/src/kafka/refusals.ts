import { OutboxError } from '../errors.ts'
import { explainSecurity } from '../security/explain.ts'
import { explainKafka, kafkaConnection } from '../security/explain-kafka-client.ts'
import type { Connection } from '../security/connection.ts'
import type { BrokerOptions } from './kafka-client.ts'

type Asked = Pick<Connection, 'topic' | 'group' | 'right' | 'what'>

/** Turns what Kafka's security refuses into one sentence, for one client. Other errors stay as they are. */
export function refusalsOf({ brokers, security = {} }: BrokerOptions) {
  const client = { brokers: brokers.map(broker => broker.trim()), security }
  const refusal = (error: unknown, sentence: string | undefined) =>
    sentence === undefined ? error : new OutboxError('KAFKA_REFUSED', sentence, { cause: error, retryable: true })

  return {
    /** Explains the error with what it says itself. */
    explained: (error: unknown, asked: Asked): unknown =>
      refusal(error, explainSecurity(error, kafkaConnection(error, { ...client, ...asked }))),

    /** Explains why a request fails, also with what the broker demands. */
    async about<T>(asked: Asked, request: Promise<T>): Promise<T> {
      try {
        return await request
      } catch (error) {
        if (isRefused(error)) throw error
        throw refusal(error, await explainKafka(error, { ...client, ...asked }))
      }
    }
  }
}

/** True if Kafka's security has refused the request. */
export const isRefused = (error: unknown): error is OutboxError =>
  error instanceof OutboxError && error.code === 'KAFKA_REFUSED'
