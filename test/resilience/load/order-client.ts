import { setTimeout as sleep } from 'node:timers/promises'
import type { Tried } from '../oracle/evidence.ts'
import { seededRandom } from './random.ts'

export type OrderClient = {
  /** The client's own log, which no other witness can change. */
  readonly log: readonly Tried[]
  acknowledged(): number
  /** Attempts that got no 201: answered otherwise, cut, or not answered in time. */
  refused(): number
  /** From now on orders go here, in turn. */
  use(urls: readonly string[]): void
  readonly urls: readonly string[]
  /** Places no new orders until told otherwise. */
  pause(on: boolean): void
  /** Places no new orders and waits until the open ones were acknowledged, or the time is over. */
  stop(patienceMs: number): Promise<void>
}

type Options = {
  readonly urls: readonly string[]
  readonly tag: string
  readonly perSecond: number
  /** Of the pauses between attempts. */
  readonly seed: number
}
type Entry = { name: string; sentAt: number; acknowledged?: { orderId: number; at: number } }

/** Numbered orders at a rate that waits for no answer; each is repeated under its Idempotency-Key until it has a 201. */
export function startOrderClient({ urls, tag, perSecond, seed }: Options): OrderClient {
  const random = seededRandom(seed)
  const log: Entry[] = []
  const open = new Set<Promise<void>>()
  const state = { urls, paused: false, stopped: false, givenUp: false, acknowledged: 0, refused: 0 }

  async function place(entry: Entry): Promise<void> {
    for (let attempt = 0; !state.givenUp; attempt++) {
      const url = state.urls[(log.length + attempt) % state.urls.length] ?? ''
      const orderId = await attemptOrder(url, entry.name)
      if (orderId !== undefined) {
        entry.acknowledged = { orderId, at: Date.now() }
        state.acknowledged += 1
        return
      }
      state.refused += 1
      await sleep(Math.min(1_000, 100 * 2 ** attempt) * (0.5 + random() / 2))
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

async function attemptOrder(url: string, name: string): Promise<number | undefined> {
  try {
    const response = await fetch(`${url}/order`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': name },
      body: JSON.stringify({ name, quantity: 95 }),
      signal: AbortSignal.timeout(5_000)
    })
    const body = (await response.json()) as { id: number }
    return response.status === 201 ? body.id : undefined
  } catch {
    return undefined
  }
}
