import type { Consumer } from 'kafkajs'
import { explain } from '../connect/errors.ts'
import { parseJson } from '../connect/parse-json.ts'
import { explainRefusal, type KafkaCluster, quietKafka } from '../kafka/kafka.ts'
import { repeat } from './repeat.ts'

export type HeartbeatReaderOptions = {
  readonly kafka: KafkaCluster
  readonly topic: string
  readonly sender: string
  readonly onArrival: (tookMs: number) => void
}

const goneAfterMs = 4_000
/** An unreadable beat proves that events flow; when no more of them come, nothing does. */
const forgottenAfterMs = 15_000

/** Reads the beats that Debezium wrote, for as long as it takes to reach Kafka again and again. */
export function startHeartbeatReader(options: HeartbeatReaderOptions) {
  let lastFetchAt = 0
  let since: number | undefined
  let last: { readonly sentAt: number; readonly arrivedAt: number } | undefined
  let met: (Obstacle & { readonly at: number }) | undefined
  let end = () => {}

  function meet(obstacle: Obstacle): void {
    met = { ...obstacle, at: Date.now() }
  }

  function obstacle(): string | undefined {
    return met !== undefined && Date.now() - met.at <= forgottenAfterMs ? met.why : undefined
  }

  function fetched(): void {
    const now = Date.now()
    if (since === undefined || now - lastFetchAt > goneAfterMs) since = now
    lastFetchAt = now
    if (met?.endsWith === 'an answer') met = undefined
  }

  function arrived(text: string): void {
    const beat = beatIn(text)
    if (beat === undefined && text !== '') meet(unreadable(options.topic))
    if (typeof beat?.sender === 'string') met = undefined
    const sentAt = Number(beat?.sent_ms)
    if (beat?.sender !== options.sender || sentAt <= (last?.sentAt ?? 0)) return
    last = { sentAt, arrivedAt: Date.now() }
    options.onArrival(last.arrivedAt - sentAt)
  }

  const stop = repeat(async () => {
    const consumer = consumerFor(options)
    const ended = new Promise<void>(resolve => {
      end = resolve
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        void obstacleOf(payload.error, options).then(meet).finally(resolve)
      })
    })
    consumer.on(consumer.events.FETCH, fetched)
    const reading = read(consumer, options.topic, arrived).then(() => ended)
    await reading.catch(async error => meet(await obstacleOf(error, options)))
    await consumer.disconnect().catch(() => undefined)
    return 500
  })
  return {
    /** Since when beats can be read, without a gap; undefined while they can't. */
    since: () => (obstacle() !== undefined || Date.now() - lastFetchAt > goneAfterMs ? undefined : since),
    /** Why beats can't be read. */
    obstacle,
    last: () => last,
    async stop() {
      const stopped = stop()
      end()
      await stopped
    }
  }
}

const groupOf = ({ topic, sender }: Pick<HeartbeatReaderOptions, 'topic' | 'sender'>) =>
  `connectctl-keeper-${topic}-${sender}`

/** A group of its own: in one that two keepers share, one of them reads nothing and restarts what flows. */
function consumerFor({ topic, kafka, sender }: HeartbeatReaderOptions): Consumer {
  return quietKafka(kafka).consumer({
    groupId: groupOf({ topic, sender }),
    allowAutoTopicCreation: false,
    sessionTimeout: 6_000,
    heartbeatInterval: 1_500,
    rebalanceTimeout: 6_000,
    maxWaitTimeInMs: 500,
    retry: { retries: 3, restartOnFailure: () => Promise.resolve(false) }
  })
}

async function read(consumer: Consumer, topic: string, arrived: (text: string) => void): Promise<void> {
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: false })
  await consumer.run({
    autoCommit: false, // without offsets the group is gone with its keeper
    eachMessage: async ({ message }) => arrived(message.value?.toString() ?? '')
  })
}

type Beat = { readonly sender?: unknown; readonly sent_ms?: unknown }

/** The row, with or without a schema, unwrapped or in Debezium's envelope. */
export function beatIn(text: string): Beat | undefined {
  const value = parseJson(text) as (Beat & { payload?: Beat & { after?: Beat }; after?: Beat }) | null | undefined
  const row = value?.payload ?? value
  return row?.after ?? row ?? undefined
}

/** Why beats can't be read, until Kafka gives an answer or until a beat could be read. */
type Obstacle = { readonly why: string; readonly endsWith: 'an answer' | 'a beat' }

const unreadable = (topic: string): Obstacle => ({
  why:
    `the probes on ${topic} are not JSON, so the keeper cannot read them: set the connector's value.converter to ` +
    'org.apache.kafka.connect.json.JsonConverter',
  endsWith: 'a beat'
})

/** A failure of the consumer in words that say what to do. */
export async function obstacleOf(
  error: unknown,
  { topic, kafka, sender }: Pick<HeartbeatReaderOptions, 'topic' | 'kafka' | 'sender'>
): Promise<Obstacle> {
  const { name, type = '', message } = innermost(error)
  const said = await explainRefusal(error, kafka, { topic, group: groupOf({ topic, sender }) })
  if (said !== undefined) return { why: said, endsWith: 'an answer' }
  if (type === 'UNKNOWN_TOPIC_OR_PARTITION')
    return {
      why: `there is no topic ${topic}: the connector captures no such table, or cannot create topics (see the log of Connect)`,
      endsWith: 'an answer'
    }
  if (name === 'KafkaJSNotImplemented')
    return {
      why: `the probes on ${topic} cannot be unpacked (${message}): set compression.type of the producer and of the topic`,
      endsWith: 'a beat'
    }
  if (/Connection|Timeout|BrokerNotFound|NoBrokerAvailable|Aggregate/.test(name))
    return { why: `Kafka does not answer at ${kafka.brokers.join()} (${message})`, endsWith: 'an answer' }
  return { why: `the probes on ${topic} cannot be read (${message})`, endsWith: 'an answer' }
}

type Failure = { readonly name: string; readonly type?: string; readonly message: string }

/** kafkajs wraps an error that it has tried to overcome. */
function innermost(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: '', message: String(error) }
  const { cause } = error
  if (error.name === 'KafkaJSNumberOfRetriesExceeded' && cause instanceof Error) return innermost(cause)
  return { ...('type' in error ? { type: String(error.type) } : {}), name: error.name, message: explain(error) }
}
