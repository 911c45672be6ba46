import { type Commits, readCommits } from '../lab/commits.ts'
import type { Lab } from '../lab/lab.ts'
import { orderUrl } from '../lab/processes.ts'
import { untilDelivered } from '../variants/run-variant.ts'
import { cpuBetween, readUsage } from '../lab/usage.ts'
import { runLoad } from '../load/run-load.ts'
import { isAccepted, requestTimes } from '../load/send-orders.ts'
import { round, type Summary, summarise } from '../stats.ts'

/** Orders at a rate through the whole pipeline. Times are in milliseconds. */
export type OrdersRow = {
  readonly rate: number
  readonly seconds: number
  readonly asked: number
  readonly accepted: number
  readonly delivered: number
  /** From when the request was due to its 201. */
  readonly request: Summary
  /** From the order's COMMIT to the delivery's COMMIT. */
  readonly delivery: Summary
  /** From when the request was due to the delivery's COMMIT. */
  readonly whole: Summary
  /** CPU milliseconds for 1,000 orders, by process. */
  readonly cpuPerThousand: Readonly<Record<string, number>>
  readonly held: boolean
}

export type OrdersLoad = { readonly rate: number; readonly seconds: number }

export async function measureOrders(lab: Lab, { rate, seconds }: OrdersLoad): Promise<OrdersRow> {
  const from = await lab.binlogPosition()
  const before = readUsage(lab)
  const samples = await runLoad({ url: orderUrl(lab), rate, seconds, connections: 128 })
  const accepted = samples.filter(isAccepted)
  const ids = accepted.map(({ id }) => id)
  const delivered = await untilDelivered(lab, ids, 10_000)
  const cpu = cpuBetween(before, readUsage(lab))
  const commits = await readCommits(lab, from)
  const whole = accepted.flatMap(({ id, due }) => {
    const done = commits.deliveries.get(id)?.commit
    return done === undefined ? [] : [(done - due) / 1000]
  })
  const row = {
    rate,
    seconds,
    asked: samples.length,
    accepted: accepted.length,
    delivered,
    request: requestTimes(samples),
    delivery: summarise(deliveryTimes(commits, ids)),
    whole: summarise(whole),
    cpuPerThousand: Object.fromEntries(
      Object.entries(cpu).map(([name, ms]) => [name, round((ms * 1000) / Math.max(1, accepted.length), 0)])
    )
  }
  return { ...row, held: isHeld(row) }
}

/** Milliseconds from each order's COMMIT to its delivery's. */
export function deliveryTimes({ orders, deliveries }: Commits, ids: readonly number[]): readonly number[] {
  return ids.flatMap(id => {
    const ordered = orders.get(id)
    const done = deliveries.get(id)?.commit
    return ordered === undefined || done === undefined ? [] : [(done - ordered) / 1000]
  })
}

/** Whether every order was accepted within a second of when it was due, and delivered within two. */
export function isHeld(row: Omit<OrdersRow, 'held' | 'cpuPerThousand'>): boolean {
  return (
    row.accepted === row.asked && row.delivered >= row.accepted && row.request.max <= 1000 && row.delivery.max <= 2000
  )
}
