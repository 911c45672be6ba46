import { createSagaIndex, type SagaMap, type StepInput } from '@outbox-cdc/outbox/saga'
import type { ShownSaga, ShownSummary } from '../api/saga-schemas.ts'
import { headerOf, type StoredRecord } from '../kafka/decode-record.ts'
import { mapOffsets, type Offsets, type RecordReader, sum } from '../kafka/record-reader.ts'
import { scanRange } from '../kafka/scan-range.ts'
import { showSaga, showSummary } from './show-sagas.ts'
import { stepIn } from './step-in.ts'

/** The saga with a correlation id, or those of an aggregate. */
export type SagaQuestion =
  | { readonly correlationId: string }
  | { readonly aggregate: string; readonly aggregateId: string }

type Parts = {
  readonly reader: RecordReader
  readonly map: SagaMap
  /** Only records before this time are read. */
  readonly before: Date | undefined
  readonly signal: AbortSignal
}

type Progress = Readonly<Record<'scanned' | 'of' | 'hits', number>> & { readonly at: number | null }

type SearchEvent =
  | readonly ['progress', Progress]
  /** `before` is where to continue; null if all was searched. */
  | readonly ['end', Progress & { readonly why: string; readonly before: number | null } & Found]

type Found = { readonly saga: ShownSaga | null; readonly items: readonly ShownSummary[] }

const windowRecords = 3_000
const mostScanned = 500_000

/** Looks through the topics of the map, each from its newest records backwards, for a saga that is older than the index. */
export async function* searchSagas(question: SagaQuestion, parts: Parts): AsyncGenerator<SearchEvent> {
  const began = Date.now()
  const matches = matcher(question)
  const topics = await Promise.all(Object.keys(parts.map.services).map(topic => openTopic(parts, topic)))
  const most = Math.floor(mostScanned / Math.max(1, topics.length))
  const steps: StepInput[] = []
  const progress = (): Progress => ({
    scanned: sum(topics.map(({ of, start, ends }) => of - distance(start, ends))),
    of: sum(topics.map(({ of }) => of)),
    hits: steps.length,
    at: earliest(topics.map(({ at }) => at))
  })
  for (const topic of topics)
    while (!isDone(topic, most) && !parts.signal.aborted) {
      steps.push(...(await searchWindow(parts, topic, matches)))
      yield ['progress', progress()]
    }
  const open = topics.filter(({ start, ends }) => distance(start, ends) > 0)
  const why = parts.signal.aborted ? 'cancelled' : open.length === 0 ? 'all was searched' : 'a limit was reached'
  const before = open.length === 0 ? null : Math.max(...open.map(({ at }) => at ?? began))
  yield ['end', { ...progress(), why, before, ...found(question, { parts, steps, topics, began }) }]
}

type Searched = {
  readonly topic: string
  readonly start: Offsets
  readonly of: number
  ends: Offsets
  /** The time of the oldest record that was read. */
  at: number | null
}

async function openTopic({ reader, before }: Parts, topic: string): Promise<Searched> {
  const [start, ends] = await Promise.all([
    reader.offsets(topic, 'earliest'),
    reader.offsets(topic, before ?? 'latest')
  ])
  return { topic, start, of: distance(start, ends), ends, at: null }
}

/** Reads one window further back; its steps that fit. */
async function searchWindow({ reader, signal }: Parts, searched: Searched, matches: Matches): Promise<StepInput[]> {
  const { topic, start, ends } = searched
  const window = Math.ceil(windowRecords / Math.max(1, ends.size))
  const from = mapOffsets(ends, (end, partition) => Math.max(start.get(partition) ?? 0, end - window))
  const steps: StepInput[] = []
  for await (const records of scanRange({ reader, topic }, { from, to: ends })) {
    for (const record of records) {
      if (record.timestamp !== null) searched.at = Math.min(searched.at ?? record.timestamp, record.timestamp)
      const step = matches(record)
      if (step !== undefined) steps.push(step)
    }
    if (signal.aborted) return steps
  }
  searched.ends = from
  return steps
}

type Matches = (record: StoredRecord) => StepInput | undefined

function matcher(question: SagaQuestion): Matches {
  if ('aggregate' in question) {
    const { aggregate, aggregateId } = question
    return record => {
      const step = stepIn(record)
      return step?.aggregate === aggregate && step.aggregateId === aggregateId ? step : undefined
    }
  }
  const { correlationId } = question
  // The message id stands in for a missing correlation id.
  const names = ['correlation_id', 'message_id', 'id']
  return record => (names.some(name => headerOf(record, name) === correlationId) ? stepIn(record) : undefined)
}

type Evidence = {
  readonly parts: Parts
  readonly steps: readonly StepInput[]
  readonly topics: readonly Searched[]
  readonly began: number
}

function found(question: SagaQuestion, { parts: { map }, steps, topics, began }: Evidence): Found {
  const index = createSagaIndex(map)
  for (const step of steps) index.add(step)
  for (const { topic, start, ends, at } of topics)
    index.caughtUp(topic, { from: distance(start, ends) === 0 ? 0 : (at ?? began), to: began })
  if ('correlationId' in question) {
    const saga = index.saga(question.correlationId, began)
    return { saga: saga === undefined ? null : showSaga(saga, []), items: [] }
  }
  const { aggregate, aggregateId: id } = question
  // Of each only the aggregate's own events were collected.
  const items = index
    .sagasOf({ aggregate, id }, began)
    .map(saga => ({ ...showSummary(saga), state: 'UNKNOWN' as const, incomplete: true }))
  return { saga: null, items }
}

function isDone({ of, start, ends }: Searched, most: number): boolean {
  const left = distance(start, ends)
  return left === 0 || of - left >= most
}

function distance(from: Offsets, to: Offsets): number {
  return sum(mapOffsets(to, (end, partition) => Math.max(0, end - (from.get(partition) ?? end))).values())
}

function earliest(times: readonly (number | null)[]): number | null {
  const known = times.filter(time => time !== null)
  return known.length === 0 ? null : Math.min(...known)
}
