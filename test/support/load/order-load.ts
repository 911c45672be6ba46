import { setTimeout as sleep } from 'node:timers/promises'

export type OrderLoad = {
  /** Resolves when the last of `count` orders was due. */
  readonly allDue: Promise<void>
  /** While it is on, no order becomes due. */
  pause(on: boolean): void
  /** Resolves when no order is open any more. */
  idle(): Promise<void>
  /** Makes no more orders due and waits for the open ones. */
  stop(): Promise<void>
}

type Options = {
  /** Places one order. It records failures itself: a rejection is ignored. `due` is in microseconds since 1970. */
  readonly send: (due: number) => Promise<unknown>
  readonly perSecond: number
  readonly count?: number
  /** An order that becomes due while so many are open is skipped. */
  readonly mostOpen?: number
}

/** An open loop: orders are due at even intervals and are sent then, whether or not earlier ones were answered. */
export function startOrderLoad({ send, perSecond, count = Infinity, mostOpen = Infinity }: Options): OrderLoad {
  const open = new Set<Promise<unknown>>()
  let paused = false
  let stopped = false

  function start(due: number): void {
    if (open.size >= mostOpen) return
    const one: Promise<unknown> = send(due)
      .catch(() => undefined)
      .finally(() => open.delete(one))
    open.add(one)
  }

  async function run(): Promise<void> {
    let due = nowMicros() + 20_000
    for (let started = 0; !stopped && started < count; ) {
      const now = nowMicros()
      if (paused) due = now + 20_000
      for (; due <= now && started < count; due += 1e6 / perSecond, started++) start(due)
      await sleep(Math.max(1, Math.floor((due - now) / 1_000)))
    }
  }

  const allDue = run()
  const idle = async () => void (await Promise.all(open))
  return {
    allDue,
    pause: on => void (paused = on),
    idle,
    async stop() {
      stopped = true
      await allDue
      await idle()
    }
  }
}

/** The time in microseconds since 1970, as exact as the monotonic clock. */
export function nowMicros(): number {
  return (performance.timeOrigin + performance.now()) * 1_000
}
