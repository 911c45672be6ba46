import { askNumber, type Lab } from '../lab/lab.ts'
import { writeOrders, writeHistory } from '../lab/write-by-sql.ts'
import { withVariant } from '../variants/run-variant.ts'
import { memoryOf, readUsage } from '../lab/usage.ts'
import type { Summary } from '../stats.ts'
import { variantNamed } from '../variants/variants.ts'
import { measureOrders } from './measure-orders.ts'
import { handledAt, watchUntil } from './progress.ts'
import type { Plan, Section } from './section.ts'

export type GrowthRow = {
  readonly passed: number
  readonly round: number
  readonly delivery: Summary
  readonly request: Summary
  readonly memoryMb: Readonly<Record<string, number>>
  /** Events a second through the whole pipeline before this step; 0 if SQL wrote the rows. */
  readonly passedPerSecond: number
}

function shape({ quick }: Plan) {
  return quick
    ? { steps: [1_000, 20_000, 50_000], through: 20_000, seconds: 2, warmUpSeconds: 2 }
    : { steps: [10_000, 1_000_000, 10_000_000], through: 1_000_000, seconds: 6, warmUpSeconds: 40 }
}

export const growth: Section<GrowthRow> = {
  name: 'growth',
  title: 'After many orders have passed',
  estimate(plan) {
    const { steps, through, seconds, warmUpSeconds } = shape(plan)
    const measuring = steps.length * (plan.rounds + 1) * (seconds + 2)
    return 5 + warmUpSeconds + measuring + through / 18_000 + (Math.max(...steps) - through) / 120_000
  },
  async run(context) {
    const { lab, plan } = context
    const { steps, through, seconds, warmUpSeconds } = shape(plan)
    return withVariant(context, variantNamed('project'), async () => {
      // Warms up all processes, or the first step would be slower than the later ones.
      await measure(lab, warmUpSeconds)
      await lab.db.query('TRUNCATE deliveries.delivery; TRUNCATE deliveries.inbox; TRUNCATE orders.customer_order')
      const rows: GrowthRow[] = []
      for (const passed of steps) {
        const passedPerSecond = await pass(lab, passed, through)
        await measure(lab, seconds)
        for (let round = 1; round <= plan.rounds; round++) {
          const row = { passed, round, passedPerSecond, ...(await measure(lab, seconds)) }
          rows.push(row)
          context.say(
            `${passed} passed: p50 ${row.delivery.p50} p99 ${row.delivery.p99} ms, ${JSON.stringify(row.memoryMb)}`
          )
        }
      }
      return rows
    })
  }
}

/** Up to `through` orders go through the pipeline. SQL writes the rows of those beyond. */
async function pass(lab: Lab, passed: number, through: number): Promise<number> {
  const there = await askNumber(lab.db, 'SELECT COUNT(*) FROM orders.customer_order')
  if (passed > through) {
    await writeHistory(lab, passed - there)
    return 0
  }
  const url = `http://127.0.0.1:${lab.settings.ports['delivery-service']}`
  const before = await handledAt([url])
  const count = Math.ceil((passed - there) / 1000) * 1000
  if (count <= 0) return 0
  const watched = watchUntil({
    read: async () => (await handledAt([url])) - before,
    count,
    everyMs: 50,
    withinMs: 300_000
  })
  const [{ perSecond }] = await Promise.all([watched, writeOrders(lab, count)])
  return perSecond
}

async function measure(lab: Lab, seconds: number) {
  const { delivery, request } = await measureOrders(lab, { rate: 500, seconds })
  return { delivery, request, memoryMb: memoryOf(readUsage(lab)) }
}
