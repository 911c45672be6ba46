import type { Consumer } from 'kafkajs'
import { quietKafka } from '../connector/kafka.ts'
import { repeat } from './repeat.ts'

export type HeartbeatReaderOptions = {
  readonly brokers: readonly string[]
  readonly topic: string
  readonly sender: string
  readonly onArrival: (sentAt: number) => void
}

const goneAfterMs = 4_000

/** Reads the beats that Debezium wrote, for as long as it takes to reach Kafka again and again. */
export function startHeartbeatReader(options: HeartbeatReaderOptions) {
  let lastFetchAt = 0
  let since: number | undefined

  function fetched(): void {
    const now = Date.now()
    if (since === undefined || now - lastFetchAt > goneAfterMs) since = now
    lastFetchAt = now
  }

  const stop = repeat(async signal => {
    const consumer = consumerFor(options)
    await readUntilCrash(consumer, { ...options, fetched, signal }).catch(() => undefined)
    await consumer.disconnect().catch(() => undefined)
    return 500
  })
  return {
    /** Since when Kafka answers, without a gap; undefined while it does not. */
    since: () => (Date.now() - lastFetchAt > goneAfterMs ? undefined : since),
    stop
  }
}

/** A group of its own: in one that two keepers share, one of them reads nothing and restarts what flows. */
function consumerFor({ topic, brokers, sender }: HeartbeatReaderOptions): Consumer {
  return quietKafka(brokers).consumer({
    groupId: `connectctl-keeper-${topic}-${sender}`,
    sessionTimeout: 6_000,
    heartbeatInterval: 1_500,
    rebalanceTimeout: 6_000,
    maxWaitTimeInMs: 500,
    retry: { retries: 3, restartOnFailure: () => Promise.resolve(false) }
  })
}

type Reading = HeartbeatReaderOptions & { readonly fetched: () => void; readonly signal: AbortSignal }

async function readUntilCrash(consumer: Consumer, reading: Reading): Promise<void> {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  const stop = () => end()
  consumer.on(consumer.events.CRASH, stop)
  consumer.on(consumer.events.FETCH, reading.fetched)
  reading.signal.addEventListener('abort', stop, { once: true })
  try {
    await consumer.connect()
    await consumer.subscribe({ topic: reading.topic, fromBeginning: false })
    await consumer.run({
      autoCommit: false, // without offsets the group is gone with its keeper
      eachMessage: async ({ message }) => {
        const beat = beatIn(message.value?.toString() ?? '')
        if (beat?.sender === reading.sender) reading.onArrival(Number(beat.sent_ms))
      }
    })
    await ended
  } finally {
    // Or each consumer would be kept for as long as Kafka is away.
    reading.signal.removeEventListener('abort', stop)
  }
}

type Beat = { readonly sender?: unknown; readonly sent_ms?: unknown }

/** The row, in whatever dress the connector gives it: with or without a schema, unwrapped or in Debezium's envelope. */
export function beatIn(text: string): Beat | undefined {
  try {
    const value = JSON.parse(text) as { payload?: Beat & { after?: Beat }; after?: Beat } & Beat
    const row = value.payload ?? value
    return row.after ?? row
  } catch {
    return undefined
  }
}
