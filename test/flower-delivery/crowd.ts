import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { untilNoProblem } from './calm.ts'
import { problemsOfPayments } from './equations.ts'
import { registerItems } from './people.ts'
import type { Flower } from './start-flower.ts'
import type { Answered, OrderingUsers } from './users-main.ts'

type Plan = {
  readonly seed: number
  readonly users: number
  readonly seconds: number
  /** For so long they order before the answers count: a process that has just started compiles its code first. */
  readonly warmUpSeconds?: number
}

/** Milliseconds. */
export type Times = {
  readonly n: number
  readonly p50: number
  readonly p99: number
  readonly max: number
  readonly within50: number
}

export type Crowded = {
  readonly opened: number
  readonly closed: number
  /** How long the breaker was open before the probe that followed, in ms. */
  readonly openMs: readonly number[]
  /** Orders that were paid at once, those that wait for their payment, and those that were refused. */
  readonly paid: Times
  readonly pending: Times
  readonly refused: Times
  readonly others: Readonly<Record<string, number>>
}

const slow = { PAYMENT_SLOW_MS: '400-620', PAYMENT_CAPACITY: '10' }

/**
 * So many users order again and again, with a pause of up to a second after each answer. Throws if payments and orders
 * don't agree afterwards.
 */
export async function crowdPayment(
  flower: Flower,
  { seed, users, seconds, warmUpSeconds = 0 }: Plan
): Promise<Crowded> {
  await flower.stop('payment')
  await flower.start('payment', slow)
  const [itemId = 0] = await registerItems(flower, [1_000_000])
  if (warmUpSeconds > 0) await orderForAWhile(flower, { seed, users, seconds: warmUpSeconds, itemId })
  const began = Date.now()
  const answers = await orderForAWhile(flower, { seed, users, seconds, itemId })
  await untilNoProblem(flower, problemsOfPayments)
  await flower.stop('payment')
  await flower.start('payment', {})
  const times = (outcome: string) => timesOf(answers.filter(each => each.outcome === outcome).map(({ ms }) => ms))
  const named = new Set(['PAID', 'PAYMENT_PENDING', '503'])
  const others = answers.filter(({ outcome }) => !named.has(outcome))
  return {
    ...breakerOf(await readFile(flower.logFile('order'), 'utf8'), began),
    paid: times('PAID'),
    pending: times('PAYMENT_PENDING'),
    refused: times('503'),
    others: Object.fromEntries(
      [...Map.groupBy(others, ({ outcome }) => outcome)].map(([key, all]) => [key, all.length])
    )
  }
}

/** In a process of their own, so that nothing else delays what they see. */
async function orderForAWhile(flower: Flower, plan: Omit<OrderingUsers, 'url'>): Promise<readonly Answered[]> {
  const users: OrderingUsers = { ...plan, url: flower.url('order', '') }
  const args = [join(import.meta.dirname, 'users-main.ts'), JSON.stringify(users)]
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 28 })
  return JSON.parse(stdout) as readonly Answered[]
}

export function timesOf(values: readonly number[]): Times {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0)
  return { n: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1), within50: sorted.filter(ms => ms <= 50).length }
}

/** What the log of order says of the breaker since that time. */
export function breakerOf(log: string, since: number): Pick<Crowded, 'opened' | 'closed' | 'openMs'> {
  const lines = log.split('\n').flatMap(line => {
    if (!line.includes('circuit breaker')) return []
    const { time, msg } = JSON.parse(line) as { readonly time: string; readonly msg: string }
    const at = Date.parse(time)
    return at >= since ? [{ at, isOpen: msg === 'circuit breaker opened' }] : []
  })
  const openMs = lines.flatMap(({ at, isOpen }, index) => {
    const next = lines[index + 1]
    return isOpen && next?.isOpen === false ? next.at - at : []
  })
  const opened = lines.filter(({ isOpen }) => isOpen).length
  return { opened, closed: lines.length - opened, openMs }
}
