import { setTimeout as wait } from 'node:timers/promises'

const works = new Set<() => Promise<unknown>>()

/** Adds what `runService` does after a clean stop, before the process ends. It gets a second at most, and may fail. */
export function addLastWork(work: () => Promise<unknown>): void {
  works.add(work)
}

export async function doLastWork(): Promise<void> {
  const all = Promise.allSettled([...works].map(work => work()))
  await Promise.race([all, wait(1000)])
}
