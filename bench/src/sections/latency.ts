import { withVariant } from '../variants/run-variant.ts'
import { type Variant, variantNamed, variants } from '../variants/variants.ts'
import { measureOrders, type OrdersRow } from './measure-orders.ts'
import { type Context, inRounds, type Plan, type Section } from './section.ts'

export type LatencyRow = OrdersRow & { readonly variant: string; readonly round: number }

type Shape = { rates: readonly number[]; seconds: number; warmUp: number; compiling: number; most: number }

function shape({ quick }: Plan): Shape {
  return quick
    ? { rates: [50, 1000], seconds: 2, warmUp: 1, compiling: 6, most: 0 }
    : { rates: [50, 500, 1000, 2000], seconds: 5, warmUp: 3, compiling: 30, most: 2 }
}

const switchingSeconds = 3

/** Variants whose highest rate is looked for. The others are limited by the same services. */
const climbing = new Set(['project', 'platformatic', 'one-trip', 'polling'])

export const latency: Section<LatencyRow> = {
  name: 'latency',
  title: "From the order's COMMIT to the delivery's COMMIT, compared with the rivals",
  estimate(plan) {
    const { rates, seconds, warmUp, compiling, most } = shape(plan)
    const count = among(plan).length
    const runs = count * rates.length + climbing.size * most
    return 9 + compiling + plan.rounds * (count * (switchingSeconds + warmUp) + runs * (seconds + 0.4))
  },
  async run(context) {
    const rows: LatencyRow[] = []
    // Lets the JVMs compile their code, or the first variant would be slower than the others.
    const { compiling: seconds } = shape(context.plan)
    await withVariant(context, variantNamed('project'), () => measureOrders(context.lab, { rate: 800, seconds }))
    for (const { thing: variant, round } of inRounds(among(context.plan), context.plan.rounds)) {
      const measured = await withVariant(context, variant, () => measureVariant(context, variant))
      rows.push(...measured.map(row => ({ variant: variant.name, round, ...row })))
    }
    return rows
  }
}

function among({ variants: names }: Plan): readonly Variant[] {
  return variants.filter(({ name }) => names === undefined || names.includes(name))
}

async function measureVariant({ lab, plan, say }: Context, variant: Variant): Promise<readonly OrdersRow[]> {
  const { rates, seconds, warmUp, most } = shape(plan)
  const rows: OrdersRow[] = []
  await measureOrders(lab, { rate: 500, seconds: warmUp })
  for (const rate of rates) rows.push(await measureOrders(lab, { rate, seconds }))
  // Raises the rate until it isn't held.
  for (let step = 1; climbing.has(variant.name) && step <= most && rows.at(-1)?.held === true; step++)
    rows.push(await measureOrders(lab, { rate: (rates.at(-1) ?? 0) + step * 750, seconds }))
  for (const { rate, delivery, request, held } of rows)
    say(
      `${variant.name} ${rate}/s: delivery p50 ${delivery.p50} p99 ${delivery.p99} max ${delivery.max}, request p50 ${request.p50} p99 ${request.p99} ms${held ? '' : ' NOT HELD'}`
    )
  return rows
}
