import { expect, it } from 'vitest'
import type { Evidence, Fact } from './evidence.ts'
import { compareEvidence } from './compare-evidence.ts'
import { type Course, reachVerdict } from './verdict.ts'

const order = (key: number): Fact => ({ aggregate: 'order', key, version: 1, content: `order-${key}` })
const step = (version: number): Fact => ({ aggregate: 'ledger', key: 7, version, content: `step-${version}` })

/** Three orders and three steps of one account, all as they should be. */
function soundEvidence(changes: Partial<Evidence> = {}): Evidence {
  const committed = [order(1), order(2), order(3), step(1), step(2), step(3)]
  const records = committed.map((fact, offset) => ({ ...fact, messageId: `m${offset}`, place: `0/${offset}` }))
  return {
    client: [1, 2, 3].map(n => ({ name: `order-${n}`, sentAt: n, acknowledged: { orderId: n, at: n } })),
    committed,
    records,
    effects: committed.map((fact, at) => ({ ...fact, at })),
    standing: committed,
    inbox: new Set(records.map(({ aggregate, messageId }) => `${aggregate} ${messageId}`)),
    ...changes
  }
}

const sound = soundEvidence()
const without = <T>(items: readonly T[], index: number): T[] => items.toSpliced(index, 1)
const swap = <T>(items: readonly T[], index: number): T[] =>
  items.toSpliced(index, 2, ...items.slice(index, index + 2).toReversed())
const again = <T>(items: readonly T[], index: number): T[] => [...items, ...items.slice(index, index + 1)]

function kinds(changes: Partial<Evidence>): readonly string[] {
  return [...new Set(compareEvidence(soundEvidence(changes)).map(({ kind, id }) => `${kind} ${id}`))].toSorted()
}

it('finds nothing when nothing is wrong', () => {
  expect(kinds({})).toEqual([])
})

it('accepts a request that was never acknowledged, whether it was committed or not', () => {
  const unsure = { name: 'order-9', sentAt: 9 }
  expect(kinds({ client: [...sound.client, unsure] })).toEqual([])
  expect(kinds({ client: [...without(sound.client, 2), { name: 'order-3', sentAt: 3 }] })).toEqual([])
})

it('accepts a record that Kafka holds twice, because the inbox absorbs it', () => {
  expect(kinds({ records: again(sound.records, 3) })).toEqual([])
})

it.each<[string, Partial<Evidence>, readonly string[]]>([
  [
    'an acknowledged order that MySQL does not hold',
    { client: [...sound.client, { name: 'order-4', sentAt: 4, acknowledged: { orderId: 4, at: 4 } }] },
    ['lost order-4']
  ],
  [
    'an acknowledgement with another id',
    { committed: [{ ...order(1), key: 8 }, ...sound.committed.slice(1)] },
    ['ghost order 1 v1', 'lost order 8 v1', 'lost order-1']
  ],
  ['a record that is missing in Kafka', { records: without(sound.records, 1) }, ['lost order 2 v1']],
  [
    'an effect that is missing',
    { effects: without(sound.effects, 4), standing: without(sound.standing, 4) },
    ['lost ledger 7 v2']
  ],
  ['a row that was undone', { standing: without(sound.standing, 0) }, ['lost order 1 v1']],
  [
    'an inbox row without effect or an effect without inbox row',
    { inbox: new Set([...sound.inbox].slice(1)) },
    ['ghost order 1 v1']
  ]
])('reports %s', (_what, changes, expected) => {
  expect(kinds(changes)).toEqual(expected)
})

it('reports duplicates: two orders for one key, two events for one order, two effects for one event', () => {
  const twin = { ...order(4), content: 'order-1' }
  expect(kinds({ committed: [...sound.committed, twin] })).toContain('doubled order-1')
  const second = { ...order(1), messageId: 'other', place: '0/9' }
  expect(kinds({ records: [...sound.records, second] })).toContain('doubled order 1 v1')
  expect(kinds({ effects: again(sound.effects, 0) })).toEqual(['doubled order 1 v1'])
})

it('reports swapped versions in Kafka and in effect, but not between different keys', () => {
  expect(kinds({ records: swap(sound.records, 3) })).toEqual(['reordered ledger 7 v1'])
  expect(kinds({ effects: swap(sound.effects, 4) })).toEqual(['reordered ledger 7 v2'])
  expect(kinds({ effects: swap(sound.effects, 0) })).toEqual([])
})

it('does not report a late copy as a swap', () => {
  expect(kinds({ records: again(sound.records, 3) })).toEqual([])
})

it('reports invented events: a record, an effect or a row without an order, and mixed-up contents', () => {
  const ghost = order(9)
  const record = { ...ghost, messageId: 'ghost', place: '0/9' }
  expect(kinds({ records: [...sound.records, record] })).toContain('ghost order 9 v1')
  expect(kinds({ effects: [...sound.effects, { ...ghost, at: 9 }] })).toContain('ghost order 9 v1')
  expect(kinds({ standing: [...sound.standing, ghost] })).toContain('ghost order 9 v1')
  const [first, ...others] = sound.standing
  expect(kinds({ standing: [{ ...first!, content: 'order-2' }, ...others] })).toEqual(['ghost order 1 v1'])
})

const course: Course = {
  startedAt: 0,
  faultAt: 1_000,
  causeOverAt: 3_000,
  flowBackAt: 4_000,
  observed: 'killed',
  healWithinMs: 10_000,
  leastEvents: 1_000,
  stillArriving: false
}
const flow = Array.from({ length: 1_200 }, (_, at) => ({ ...order(at), at: at < 600 ? at : at + 4_000 }))
const outcome = (changes: Partial<Course>, effects = flow) =>
  reachVerdict([], effects, { ...course, ...changes }).outcome

it('passes a run with enough events, an observed fault and healing in time', () => {
  const verdict = reachVerdict([], flow, course)
  expect(verdict).toMatchObject({ outcome: 'passed', healMs: 1_000, events: 1_200, silenceMs: 4_001 })
})

it('is void with too few events or when the fault was not observed', () => {
  expect(outcome({}, flow.slice(0, 999))).toBe('void')
  expect(outcome({ observed: undefined })).toBe('void')
})

it('is slow after the bound, and failed when nothing flowed again', () => {
  expect(outcome({ healWithinMs: 500 })).toBe('slow')
  expect(outcome({ flowBackAt: undefined })).toBe('failed')
})

it('fails on any finding, even if the run is void', () => {
  const finding = { kind: 'lost', id: 'order 1', detail: 'gone' } as const
  const verdict = reachVerdict([finding], [], { ...course, observed: undefined })
  expect(verdict).toMatchObject({ outcome: 'failed', counts: { lost: 1, doubled: 0 } })
})

it.each([
  ['lost', 'void'],
  ['ghost', 'void'],
  ['doubled', 'failed'],
  ['reordered', 'failed'],
  ['broken', 'failed']
] as const)('calls a run with the finding %s %s if events still arrived', (kind, wanted) => {
  const finding = { kind, id: 'order 1', detail: 'seen' }
  expect(reachVerdict([finding], flow, { ...course, stillArriving: true }).outcome).toBe(wanted)
  expect(reachVerdict([finding], flow, course).outcome).toBe('failed')
})

it('counts only what flowed from just before the fault', () => {
  expect(reachVerdict([], flow, { ...course, startedAt: 500 }).events).toBe(700)
  expect(reachVerdict([], flow, { ...course, faultAt: 6_000 }).events).toBe(600)
})
