import fc from 'fast-check'

export type ServiceName = 'customer-service' | 'order-service'
export type TopicName = 'orderTopic' | 'customerTopic'

/** One thing that happens to the system; the next follows after `pauseMs`, without waiting for its outcome. */
export type Step = { readonly pauseMs: number } & (
  | { readonly kind: 'place'; readonly customer: number; readonly total: number }
  /** Of an order that was placed before, counted from the last one. */
  | { readonly kind: 'cancel'; readonly back: number }
  /** The service loses all its database connections, is gone, and comes back. */
  | { readonly kind: 'crash'; readonly service: ServiceName }
  /** Connect died and begins again at an older offset: the last so many records come once more. */
  | { readonly kind: 'redeliver'; readonly topic: TopicName; readonly records: number }
  /** Every event of this schedule so far comes once more, and the inbox remembers nothing. */
  | { readonly kind: 'replay'; readonly topic: TopicName }
)

export type Schedule = { readonly limits: readonly number[]; readonly steps: readonly Step[] }

const pauseMs = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 30 }) }
)
const step = <K extends string, T extends object>(kind: K, shape: { [Key in keyof T]: fc.Arbitrary<T[Key]> }) =>
  fc.record({ kind: fc.constant(kind), pauseMs, ...shape })
const topic = fc.constantFrom('orderTopic', 'customerTopic')

// Half of the orders are of the first customer, so that many are decided at the same time.
const customer = fc.oneof(fc.constant(0), fc.nat({ max: 49 }))

const anyStep = fc.oneof(
  { weight: 12, arbitrary: step('place', { customer, total: fc.integer({ min: 1, max: 60 }) }) },
  { weight: 4, arbitrary: step('cancel', { back: fc.nat({ max: 5 }) }) },
  { weight: 2, arbitrary: step('redeliver', { topic, records: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 1, arbitrary: step('crash', { service: fc.constantFrom('customer-service', 'order-service') }) },
  { weight: 1, arbitrary: step('replay', { topic }) }
) as fc.Arbitrary<Step>

const schedule: fc.Arbitrary<Schedule> = fc.record({
  limits: fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 50, maxLength: 50 }),
  steps: fc.array(anyStep, { minLength: 5, maxLength: 40, size: 'max' })
})

/** The same seed gives the same schedules. */
export function schedulesFrom(seed: number, count: number): readonly Schedule[] {
  return fc.sample(schedule, { seed, numRuns: count })
}
