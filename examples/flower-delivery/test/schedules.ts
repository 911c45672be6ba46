import fc from 'fast-check'
import { type Model, services } from './model.ts'

// Every number picks one of what is possible at that moment, so that random schedules get as far as a departure.
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('act'), which: fc.nat() }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('deliver'), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('replay'), which: fc.nat() }) }
)
type Step = { readonly kind: string; readonly which: number }

/** What people do with up to three orders, and when each service takes which event. */
export const schedule = fc.record({
  stock: fc.nat({ max: 6 }),
  quantities: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
  steps: fc.array(step, { minLength: 1, maxLength: 60, size: 'max' })
})

export type Schedule = typeof schedule extends fc.Arbitrary<infer T> ? T : never

export function run(model: Model, { kind, which }: Step): void {
  const pick = <T>(list: readonly T[]): T | undefined => list[which % list.length]
  if (kind === 'replay') return model.replay(pick(services)!, services[Math.floor(which / 5) % 5]!)
  if (kind === 'act') {
    const chosen = pick(model.possible())
    return chosen && model.do(chosen.action, chosen.order)
  }
  const queue = pick(model.pending())
  if (queue !== undefined) model.deliver(queue)
}

/** Takes every event, and lets people do what is left to do, until nothing changes any more. */
export function settle(model: Model): void {
  const drain = () => {
    for (let pending = model.pending(); pending.length > 0; pending = model.pending())
      pending.forEach(one => model.deliver(one))
  }
  for (const order of model.quantities.keys()) {
    drain()
    // What isn't paid in time is cancelled; what waits in the shop is decorated and brought.
    if (model.state('order', order) === 'PAYMENT_PENDING') model.do('cancel', order)
    for (const action of ['receive', 'decorate', 'depart', 'complete'] as const) {
      drain()
      model.do(action, order)
    }
  }
  drain()
}
