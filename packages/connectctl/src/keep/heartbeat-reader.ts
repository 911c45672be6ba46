import type { Consumer } from 'kafkajs'
import { parseJson } from '../connect/parse-json.ts'
import { quietKafka } from '../connector/kafka.ts'
import { repeat } from './repeat.ts'

export type HeartbeatReaderOptions = {
  readonly brokers: readonly string[]
  readonly topic: string
  readonly sender: string
  readonly onArrival: (tookMs: number) => void
}

const goneAfterMs = 4_000

/** Reads the beats that Debezium wrote, for as long as it takes to reach Kafka again and again. */
export function startHeartbeatReader(options: HeartbeatReaderOptions) {
  let lastFetchAt = 0
  let since: number | undefined
  let last: { readonly sentAt: number; readonly arrivedAt: number } | undefined
  let end = () => {}

  function fetched(): void {
    const now = Date.now()
    if (since === undefined || now - lastFetchAt > goneAfterMs) since = now
    lastFetchAt = now
  }

  function arrived(text: string): void {
    const beat = beatIn(text)
    const sentAt = Number(beat?.sent_ms)
    if (beat?.sender !== options.sender || sentAt <= (last?.sentAt ?? 0)) return
    last = { sentAt, arrivedAt: Date.now() }
    options.onArrival(last.arrivedAt - sentAt)
  }

  const stop = repeat(async () => {
    const consumer = consumerFor(options)
    const ended = new Promise<void>(resolve => {
      end = resolve
      consumer.on(consumer.events.CRASH, () => resolve())
    })
    consumer.on(consumer.events.FETCH, fetched)
    const reading = read(consumer, options.topic, arrived).then(() => ended)
    await reading.catch(() => undefined)
    await consumer.disconnect().catch(() => undefined)
    return 500
  })
  return {
    /** Since when Kafka answers, without a gap; undefined while it does not. */
    since: () => (Date.now() - lastFetchAt > goneAfterMs ? undefined : since),
    last: () => last,
    async stop() {
      const stopped = stop()
      end()
      await stopped
    }
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
