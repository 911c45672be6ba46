import fc from 'fast-check'

/** One thing that befalls a consumer group, its database or its topic; the next follows after `pauseMs`. */
export type Step = { readonly pauseMs: number } & (
  | { readonly kind: 'produce'; readonly events: number }
  /** Connect died and begins again at an older offset: the last so many records come once more, in order. */
  | { readonly kind: 'redeliver'; readonly records: number }
  /** Another member joins, or one leaves in good order: a rebalance. */
  | { readonly kind: 'join' }
  | { readonly kind: 'leave' }
  /** A member dies: its transactions are cut, its offsets never committed. */
  | { readonly kind: 'crash' }
  /** Every connection to the database is cut; the process lives. */
  | { readonly kind: 'cut' }
  /** The next handler calls fail after they have written: with a passing error or an unclear one. */
  | { readonly kind: 'rollback'; readonly calls: number; readonly passing: boolean }
  /** A member of another group with the same inbox reads the whole topic: what a zombie does, without end. */
  | { readonly kind: 'zombie' }
  /** A key's next event is refused for good, until healed. */
  | { readonly kind: 'refuse'; readonly key: number }
  | { readonly kind: 'heal' }
)

export type Schedule = {
  readonly client: 'kafkajs' | 'platformatic'
  readonly keys: number
  readonly lanes: number
  readonly batchSize: number
  readonly batchHandler: boolean
  readonly steps: readonly Step[]
}

const pauseMs = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60 }))
const step = <T extends object>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record({ pauseMs, ...shape })
const kind = <K extends string>(name: K) => ({ kind: fc.constant(name) })

const anyStep = fc.oneof(
  { weight: 5, arbitrary: step({ ...kind('produce'), events: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 3, arbitrary: step({ ...kind('redeliver'), records: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 2, arbitrary: step(kind('join')) },
  { weight: 1, arbitrary: step(kind('leave')) },
  { weight: 3, arbitrary: step(kind('crash')) },
  { weight: 2, arbitrary: step(kind('cut')) },
  {
    weight: 3,
    arbitrary: step({ ...kind('rollback'), calls: fc.integer({ min: 1, max: 4 }), passing: fc.boolean() })
  },
  { weight: 1, arbitrary: step(kind('zombie')) },
  { weight: 2, arbitrary: step({ ...kind('refuse'), key: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: step(kind('heal')) }
) as fc.Arbitrary<Step>

const schedule: fc.Arbitrary<Schedule> = fc.record({
  client: fc.constantFrom('kafkajs', 'platformatic'),
  keys: fc.integer({ min: 1, max: 5 }),
  lanes: fc.constantFrom(1, 2, 4),
  batchSize: fc.constantFrom(1, 3, 500),
  batchHandler: fc.boolean(),
  steps: fc.array(anyStep, { minLength: 4, maxLength: 12 })
})

/** The same seed gives the same schedules. */
export function schedulesFrom(seed: number, count: number): readonly Schedule[] {
  return fc.sample(schedule, { seed, numRuns: count })
}
