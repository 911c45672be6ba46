import type { Part } from './process/part.ts'

/** Waits for both even when one fails, so that nothing is still starting while the rest is stopped. */
export async function settleBoth(...works: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find(result => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

/** Starts parts at once; `started` knows them from the beginning, so that a failure can stop them all. */
export async function startAll(parts: readonly Part[], started: Part[]): Promise<void> {
  started.push(...parts)
  await Promise.all(parts.map(part => part.start()))
}
