import { setTimeout as sleep } from 'node:timers/promises'
import type { RecordDecoding } from '../consumer/read/decoding.ts'
import { windowOf } from '../consumer/run/replay.ts'
import { asError } from '../errors.ts'
import type { KafkaClient, KafkaRecord } from '../kafka/kafka-client.ts'
import { createSagaIndex, type Saga, type SagaIndex, type SagaMap, stepOf, type StepInput } from '../saga/index.ts'

/** A correlation id, or an aggregate in all of its sagas; `order:7` may be either. */
export type Wanted = {
  readonly correlationId?: string
  readonly aggregate?: { readonly name: string; readonly id: string }
}

export type Search = {
  readonly kafka: KafkaClient
  readonly map: SagaMap
  readonly decoding?: RecordDecoding | undefined
  readonly from: Date
  /** Called after each batch, with the records that were read and those that there were at the beginning. */
  readonly onProgress: (read: number, all: number) => void
}

export type FoundSagas = {
  /** Oldest first; at most the latest 100 of an aggregate. */
  readonly sagas: readonly Saga[]
  /** How many older ones are left out. */
  readonly leftOut: number
  /** Records that a consumer would park as unreadable. */
  readonly unreadable: number
  /** When the reading began: what is said about the sagas is as of then. */
  readonly readAt: number
}

const mostSagas = 100

/** Reads the topics of the map from that time to their ends. Holds at most as many steps as an index does. */
export async function findSagas(search: Search, wanted: Wanted): Promise<FoundSagas> {
  const ids = createIds()
  const { correlationId, aggregate } = wanted
  const isWanted = (step: StepInput) =>
    correlationOf(step) === correlationId || (step.aggregate === aggregate?.name && step.aggregateId === aggregate.id)
  const all = await readInto(search, step => {
    const id = correlationOf(step)
    if (isWanted(step)) ids.add(id)
    // A saga's other steps may be read before the one that names the aggregate.
    return aggregate !== undefined || ids.has(id)
  })
  const { index, ...read } = isFull(all) ? await readInto(search, step => ids.has(correlationOf(step))) : all
  const sagas = ids.list().flatMap(id => index.saga(id, read.readAt) ?? [])
  return { sagas: sagas.sort((a, b) => a.startedAt - b.startedAt), leftOut: ids.leftOut(), ...read }
}

const correlationOf = ({ correlationId, messageId }: StepInput): string => correlationId ?? messageId

/** Whether the index had to forget something: then only what is wanted is read once more. */
function isFull({ index, readAt }: { readonly index: SagaIndex; readonly readAt: number }): boolean {
  return index.counts(readAt).evicted > 0
}

/** The latest correlation ids. */
function createIds() {
  const ids = new Set<string>()
  let leftOut = 0
  return {
    add(id: string): void {
      ids.delete(id)
      ids.add(id)
      const [oldest] = ids
      if (ids.size <= mostSagas || oldest === undefined) return
      ids.delete(oldest)
      leftOut++
    },
    has: (id: string): boolean => ids.has(id),
    list: (): readonly string[] => [...ids],
    leftOut: (): number => leftOut
  }
}

async function readInto({ kafka, map, decoding, from, onProgress }: Search, keep: (step: StepInput) => boolean) {
  const index = createSagaIndex(map)
  const readAt = Date.now()
  const topics = Object.keys(map.services)
  const windows = await Promise.all(
    topics.map(async topic => ({ topic, window: await whileElecting(() => windowOf({ kafka, topic, from })) }))
  )
  const all = windows
    .flatMap(({ window }) => [...window.values()])
    .reduce((sum, one) => sum + Number(one.to - one.from), 0)
  let [read, unreadable] = [0, 0]
  async function onRecords(_: number, records: readonly KafkaRecord[]): Promise<void> {
    await decoding?.prepare?.(records)
    for (const record of records) {
      const step = stepOf(record, decoding)
      if (step === undefined) unreadable++
      else if (keep(step)) index.add(step)
    }
    read += records.length
    onProgress(read, all)
  }
  await Promise.all(windows.map(({ topic, window }) => kafka.read({ topic, window, onRecords })))
  for (const topic of topics) index.caughtUp(topic, { from: from.getTime(), to: readAt })
  return { index, unreadable, readAt }
}

const electionMs = 10_000

/** Asks again while a partition has no leader, as after the death of a broker. */
async function whileElecting<T>(ask: () => Promise<T>): Promise<T> {
  for (let waited = 0; ; waited += 500)
    try {
      return await ask()
    } catch (error) {
      if (waited >= electionMs || !/not the leader|leadership election/.test(asError(error).message)) throw error
      await sleep(500)
    }
}
