import { setTimeout as sleep } from 'node:timers/promises'
import { type HttpConnections, openHttpConnections } from './http-connections.ts'
import { startOrderLoad } from './order-load.ts'
import { seededRandom } from './seeded-random.ts'
import { sendOrder } from './send-order.ts'

export type OrderClient = {
  /** Every order that the client tried, in the order of sending. */
  readonly log: readonly SentOrder[]
  acknowledged(): number
  /** Attempts that got no 201: another status, a cut connection, or no answer in time. */
  refused(): number
  /** The same, counted by outcome, such as `503` or `no answer in 5 s`. */
  refusals(): Refusals
  /** Sends orders to these addresses from now on, in turn. */
  use(urls: readonly string[]): void
  readonly urls: readonly string[]
  /** While it is on, the client places no new orders. */
  pause(on: boolean): void
  /** Places no new orders and waits until the open ones are acknowledged or the time is over. */
  stop(patienceMs: number): Promise<void>
}

export type Refusals = Readonly<Record<string, number>>
/** The name is unique to the order; the id comes from its 201. */
export type SentOrder = {
  readonly name: string
  readonly sentAt: number
  readonly acknowledged?: { readonly orderId: number; readonly at: number }
}

type Options = {
  readonly urls: readonly string[]
  readonly tag: string
  readonly perSecond: number
  /** Of the pauses between attempts. */
  readonly seed: number
}
type Entry = { -readonly [key in keyof SentOrder]: SentOrder[key] }

const answerWithinMs = 5_000
const longestPauseMs = 4_000
/** For each address: as many as can be open at 200 orders a second when no answer comes in time. */
const mostConnections = 1_000

/** Places numbered orders at a rate. Repeats each one under its Idempotency-Key until it has a 201, after the pause
 * that the answer asks for and a longer pause each time. */
export function startOrderClient({ urls, tag, perSecond, seed }: Options): OrderClient {
  const random = seededRandom(seed)
  const log: Entry[] = []
  const refusals = new Map<string, number>()
  const connections = new Map<string, HttpConnections>()
  const state = { urls, givenUp: false, acknowledged: 0, refused: 0 }

  function connectionsTo(url: string): HttpConnections {
    const opened = connections.get(url) ?? openHttpConnections(url, { most: mostConnections, answerWithinMs })
    connections.set(url, opened)
    return opened
  }

  async function place(): Promise<void> {
    const entry: Entry = { name: `${tag}-${log.length + 1}`, sentAt: Date.now() }
    log.push(entry)
    for (let attempt = 0; !state.givenUp; attempt++) {
      const url = state.urls[(log.length + attempt) % state.urls.length] ?? ''
      const { id, outcome, retryAfterMs } = await sendOrder(connectionsTo(url), {
        name: entry.name,
        idempotencyKey: entry.name
      })
      if (id !== undefined) {
        entry.acknowledged = { orderId: id, at: Date.now() }
        state.acknowledged += 1
        return
      }
      state.refused += 1
      refusals.set(outcome, (refusals.get(outcome) ?? 0) + 1)
      // Up to twice as long, or all orders refused at once would come back at once.
      await sleep((retryAfterMs + Math.min(longestPauseMs, 50 * 2 ** attempt)) * (1 + random()))
    }
  }

  const load = startOrderLoad({ send: place, perSecond })
  return {
    log,
    acknowledged: () => state.acknowledged,
    refused: () => state.refused,
    refusals: () => Object.fromEntries(refusals),
    get urls() {
      return state.urls
    },
    use: urlsFromNow => void (state.urls = urlsFromNow),
    pause: on => load.pause(on),
    async stop(patienceMs) {
      const timer = setTimeout(() => (state.givenUp = true), patienceMs)
      await load.stop()
      clearTimeout(timer)
      for (const each of connections.values()) each.close()
    }
  }
}
