import { statfs } from 'node:fs/promises'
import { diskFull } from './fatal-causes.ts'
import type { FatalCause } from './fatal-causes.ts'

export type DiskWatch = { readonly look: () => Promise<void>; readonly found: () => FatalCause | undefined }

/** Watches the free space where MySQL and Kafka write, when that is on this machine. */
export function createDiskWatch(paths: readonly string[], leastFreeBytes: number): DiskWatch {
  let found: FatalCause | undefined
  async function look(): Promise<void> {
    const full = await Promise.all(paths.map(path => isFull(path, leastFreeBytes)))
    const path = paths[full.indexOf(true)]
    found = path === undefined ? undefined : diskFull(path)
  }
  return { look, found: () => found }
}

async function isFull(path: string, leastFreeBytes: number): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(path)
    return bavail * bsize < leastFreeBytes
  } catch {
    return false
  }
}
