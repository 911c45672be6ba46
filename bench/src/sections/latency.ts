import { cpus } from 'node:os'
import { withVariant } from '../variants/run-variant.ts'
import { type Variant, variantNamed, variants } from '../variants/variants.ts'
import { measureOrders, type OrdersLoad, type OrdersRow } from './measure-orders.ts'
import { type Context, inRounds, type Plan, type Section } from './section.ts'

export type LatencyRow = OrdersRow & { readonly variant: string; readonly round: number }

type Shape = { rates: readonly number[]; seconds: number; warmUp: number; compiling: OrdersLoad }

/** Each variant climbs until it doesn't hold a rate, so the last ones are above what any is likely to hold. */
const usualRates = cpus().length < 4 ? [50, 200, 500, 750, 1_000, 1_500] : [50, 500, 1_000, 2_000, 2_750, 3_500]
/** How many of them a variant is likely to be measured at. */
const likely = 4

function shape({ quick, seconds, rates }: Plan): Shape {
  return quick
    ? { rates: rates ?? [50, 1_000], seconds: seconds ?? 2, warmUp: 1, compiling: { rate: 800, seconds: 6 } }
    : { rates: rates ?? usualRates, seconds: seconds ?? 5, warmUp: 3, compiling: { rate: warmRate, seconds: 30 } }
}

/** What the machine can take while the JVMs compile their code. */
const warmRate = Math.min(800, cpus().length * 200)

const switchingSeconds = 3
/** Reading the binlog and waiting for the last delivery, for each second of a round. */
const afterwards = 0.12

export const latency: Section<LatencyRow> = {
  name: 'latency',
  title: "From the order's COMMIT to the delivery's COMMIT, compared with the rivals",
  details(plan) {
    const { rates, seconds } = shape(plan)
    const short = seconds < 60 ? '; for the goals, take --seconds 60' : ''
    return `rounds of ${seconds} s at ${rates.join(', ')} orders/s, each variant until it doesn't hold one${short}`
  },
  estimate(plan) {
    const { rates, seconds, warmUp, compiling } = shape(plan)
    const climbing = Math.min(rates.length, likely) * (seconds * (1 + afterwards) + 0.5)
    return 9 + compiling.seconds + plan.rounds * among(plan).length * (switchingSeconds + warmUp + climbing)
  },
  async run(context) {
    const rows: LatencyRow[] = []
    // Lets the JVMs compile their code, or the first variant would be slower than the others.
    const { compiling } = shape(context.plan)
    await withVariant(context, variantNamed('project'), () => measureOrders(context.lab, compiling))
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
  const { rates, seconds, warmUp } = shape(plan)
  await measureOrders(lab, { rate: Math.min(500, warmRate), seconds: warmUp })
  return climb(rates, async rate => {
    const row = await measureOrders(lab, { rate, seconds })
    const { delivery, whole, request, held } = row
    const times = `due → delivered p50 ${whole.p50} p99 ${whole.p99}, commit → delivered p50 ${delivery.p50} p99 ${delivery.p99}`
    say(`${variant.name} ${rate}/s: ${times}, request p99 ${request.p99} ms${held ? '' : ' NOT HELD'}`)
    return row
  })
}

/** Measures one rate after the other, and none above the first that isn't held. */
export async function climb<Row extends { readonly held: boolean }>(
  rates: readonly number[],
  measure: (rate: number) => Promise<Row>
): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const rate of rates) {
    const row = await measure(rate)
    rows.push(row)
    if (!row.held) break
  }
  return rows
}
