import type { Logger } from '@outbox-cdc/service-kit'
import type { Round } from './check-once.ts'

const everyMs = 1_000
/** A check that is older than this says nothing about now. */
const oldMs = 3_000
const mostShown = 20

const names = {
  limits: "No customer's reservations exceed the credit limit",
  sums: 'What is reserved for settled orders is the sum of the approved ones',
  agreement: 'Every order is final, and both services say the same about it'
} as const
type Key = keyof typeof names
const keys = Object.keys(names) as readonly Key[]

export type Invariant = {
  readonly name: string
  /** `settling`: some orders are on their way. `unknown`: it can't be checked now, and may be broken. */
  readonly state: 'holds' | 'settling' | 'violated' | 'unknown'
  /** How many rows the last check looked at. */
  readonly checked: number
  readonly settling: number
  readonly violations: readonly string[]
  /** When it was last checked; null if never. */
  readonly at: number | null
  /** The last violation that any check has found. */
  readonly lastViolation: { readonly at: number; readonly text: string } | null
}

export type Report = {
  readonly items: readonly Invariant[]
  /** How many checks could read both databases. */
  readonly checks: number
  /** Why the last check failed. */
  readonly problem: string | null
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'KnexTimeoutError') return 'a database accepts no connection in time'
  // The message of a query's error begins with the query.
  return 'sqlMessage' in error && typeof error.sqlMessage === 'string' ? error.sqlMessage : error.message
}

/** Checks again and again, and remembers what the last check found. */
export function watchInvariants(check: () => Promise<Round>, logger: Logger) {
  let found: Round | undefined
  let at: number | null = null
  let checks = 0
  let problem: string | null = null
  const violated = new Map<Key, { at: number; text: string }>()
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()

  async function round(): Promise<void> {
    const began = Date.now()
    try {
      found = await check()
      // The rows are as old as the beginning of the check.
      at = began
      checks += 1
      if (problem !== null) logger.warn({}, 'the invariants can be checked again')
      problem = null
      for (const key of keys) remember(key, found[key].violations, began)
    } catch (error) {
      const reason = reasonOf(error)
      if (problem === null) logger.warn({ reason }, 'the invariants cannot be checked')
      problem = reason
    }
  }

  function remember(key: Key, [text]: readonly string[], seenAt: number): void {
    if (text === undefined) return
    logger.error({ invariant: names[key], violation: text }, 'an invariant is violated')
    violated.set(key, { at: seenAt, text })
  }

  function schedule(): void {
    timer = setTimeout(() => {
      running = round().then(schedule)
    }, everyMs)
  }

  return {
    start() {
      running = round().then(schedule)
    },
    async stop() {
      await running
      clearTimeout(timer)
    },
    report(now = Date.now()): Report {
      const isOld = problem !== null || at === null || now - at > oldMs
      const items = keys.map((key): Invariant => {
        const { checked = 0, settling = [], violations = [] } = found?.[key] ?? {}
        const state = violations.length > 0 ? 'violated' : settling.length > 0 ? 'settling' : 'holds'
        return {
          name: names[key],
          state: isOld ? 'unknown' : state,
          checked,
          settling: settling.length,
          violations: violations.slice(0, mostShown),
          at,
          lastViolation: violated.get(key) ?? null
        }
      })
      return { items, checks, problem }
    }
  }
}
