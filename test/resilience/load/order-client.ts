import { setTimeout as sleep } from 'node:timers/promises'
import type { Tried } from '../oracle/evidence.ts'
import { seededRandom } from './random.ts'

export type OrderClient = {
  /** The client's own log, which no other witness can change. */
  readonly log: readonly Tried[]
  acknowledged(): number
  /** Attempts that got no 201: answered otherwise, cut, or not answered in time. */
  refused(): number
  /** The same by what became of them, such as `503` or `not answered in 5 s`. */
  refusals(): Refusals
  /** From now on orders go here, in turn. */
  use(urls: readonly string[]): void
  readonly urls: readonly string[]
  /** Places no new orders until told otherwise. */
  pause(on: boolean): void
  /** Places no new orders and waits until the open ones were acknowledged, or the time is over. */
  stop(patienceMs: number): Promise<void>
}

export type Refusals = Readonly<Record<string, number>>

type Options = {
  readonly urls: readonly string[]
  readonly tag: string
  readonly perSecond: number
  /** Of the pauses between attempts. */
  readonly seed: number
}
type Entry = { name: string; sentAt: number; acknowledged?: { orderId: number; at: number } }

const longestAnswerMs = 5_000
const longestPauseMs = 4_000

/** Numbered orders at a rate that waits for no answer; each is repeated under its Idempotency-Key until it has a
 * 201, after the pause that the answer asks for, and longer each time. */
export function startOrderClient({ urls, tag, perSecond, seed }: Options): OrderClient {
  const random = seededRandom(seed)
  const log: Entry[] = []
  const open = new Set<Promise<void>>()
  const refusals = new Map<string, number>()
  const state = { urls, paused: false, stopped: false, givenUp: false, acknowledged: 0, refused: 0 }

  async function place(entry: Entry): Promise<void> {
    for (let attempt = 0; !state.givenUp; attempt++) {
      const url = state.urls[(log.length + attempt) % state.urls.length] ?? ''
      const { orderId, how, retryAfterMs = 0 } = await attemptOrder(url, entry.name)
      if (orderId !== undefined) {
        entry.acknowledged = { orderId, at: Date.now() }
        state.acknowledged += 1
        return
      }
      state.refused += 1
      refusals.set(how, (refusals.get(how) ?? 0) + 1)
      // Up to twice as long, or all that were refused at once would come back at once.
      await sleep((retryAfterMs + Math.min(longestPauseMs, 50 * 2 ** attempt)) * (1 + random()))
    }
  }

  async function loop(): Promise<void> {
    for (let next = Date.now(); !state.stopped; next += 1_000 / perSecond) {
      if (state.paused) {
        await sleep(20)
        next = Date.now()
        continue
      }
      const entry = { name: `${tag}-${log.length + 1}`, sentAt: Date.now() }
      log.push(entry)
      const placing: Promise<void> = place(entry).finally(() => open.delete(placing))
      open.add(placing)
      await sleep(Math.max(0, next - Date.now()))
    }
  }

  const ended = loop()
  return {
    log,
    acknowledged: () => state.acknowledged,
    refused: () => state.refused,
    refusals: () => Object.fromEntries(refusals),
    get urls() {
      return state.urls
    },
    use: urlsFromNow => void (state.urls = urlsFromNow),
    pause: on => void (state.paused = on),
    async stop(patienceMs) {
      state.stopped = true
      await ended
      const timer = setTimeout(() => (state.givenUp = true), patienceMs)
      await Promise.all(open)
      clearTimeout(timer)
    }
  }
}

type Attempt = { readonly orderId?: number; readonly how: string; readonly retryAfterMs?: number }

async function attemptOrder(url: string, name: string): Promise<Attempt> {
  try {
    const response = await fetch(`${url}/order`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': name },
      body: JSON.stringify({ name, quantity: 95 }),
      signal: AbortSignal.timeout(longestAnswerMs)
    })
    const { status, headers } = response
    const { id } = (await response.json()) as { id: number }
    if (status === 201) return { orderId: id, how: '201' }
    return { how: String(status), retryAfterMs: Number(headers.get('retry-after') ?? 0) * 1_000 }
  } catch (error) {
    return { how: whatEndedIt(error) }
  }
}

function whatEndedIt(error: unknown): string {
  if (!(error instanceof Error)) return 'cut'
  if (error.name === 'TimeoutError') return `no answer in ${longestAnswerMs / 1_000} s`
  const { code } = (error.cause ?? error) as { readonly code?: string }
  return code === 'ECONNREFUSED' ? 'no connection' : 'cut'
}
