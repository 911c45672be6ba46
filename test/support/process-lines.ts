import { readFile, readdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** Collects the command line of every process of this machine, also of those that run only for a moment, until stopped. */
export function watchCommandLines(): { stop(): Promise<ReadonlySet<string>> } {
  const lines = new Set<string>()
  const stopped = new AbortController()
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      for (const pid of (await readdir('/proc')).filter(name => /^\d+$/.test(name)))
        lines.add((await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' '))
      await sleep(100)
    }
  })()
  return {
    async stop() {
      stopped.abort()
      await watching
      return lines
    }
  }
}
