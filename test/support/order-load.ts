import { setTimeout as sleep } from 'node:timers/promises'

export type OrderLoad = { stop(): Promise<void> }

/** Places orders at a rate until stopped; one that fails is not counted, because the database knows what committed. */
export function startOrderLoad(place: () => Promise<unknown>, perSecond: number): OrderLoad {
  let stopped = false
  const running = new Set<Promise<unknown>>()
  const loop = async () => {
    for (let next = Date.now(); !stopped; next += 1000 / perSecond) {
      if (running.size < 50) {
        const one: Promise<unknown> = place()
          .catch(() => undefined)
          .finally(() => running.delete(one))
        running.add(one)
      }
      await sleep(Math.max(0, next - Date.now()))
    }
  }
  const ended = loop()
  return {
    async stop() {
      stopped = true
      await ended
      await Promise.all(running)
    }
  }
}
