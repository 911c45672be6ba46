import { setTimeout as sleep } from 'node:timers/promises'

export type Pace = {
  readonly perSecond: number
  readonly seconds: number
  /** From the start of the watch to the first look that saw any. */
  readonly untilFirstMs: number
}

export type Watch = {
  /** How many there are by now. */
  readonly read: () => Promise<number>
  readonly count: number
  readonly everyMs: number
  readonly withinMs: number
}

/** Watches a count rise to its end. The rate is of what came after the first look that saw any. */
export async function watchUntil({ read, count, everyMs, withinMs }: Watch): Promise<Pace> {
  const began = performance.now()
  let first: { readonly at: number; readonly seen: number } | undefined
  for (;;) {
    const seen = await read()
    const at = performance.now()
    if (seen > 0) first ??= { at, seen }
    if (first !== undefined && seen >= count) {
      const seconds = Math.max(0.001, (at - first.at) / 1000)
      const untilFirstMs = Math.round(first.at - began)
      return {
        perSecond: Math.round((seen - first.seen) / seconds),
        seconds: Math.round(seconds * 100) / 100,
        untilFirstMs
      }
    }
    if (at - began > withinMs) throw new Error(`Only ${seen} of ${count} came within ${withinMs / 1000} s`)
    await sleep(everyMs)
  }
}

/** How many events the processes at these addresses have handled, by their own metrics. */
export async function handledAt(urls: readonly string[]): Promise<number> {
  const counts = await Promise.all(
    urls.map(async url => {
      const text = await (await fetch(`${url}/metrics`)).text()
      return Number(/^events_total\{[^}]*outcome="handled"[^}]*\} (\d+)/m.exec(text)?.[1] ?? 0)
    })
  )
  return counts.reduce((sum, count) => sum + count, 0)
}
