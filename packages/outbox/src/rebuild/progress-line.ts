import type { Progress } from './view.ts'

type Output = { readonly isTTY?: boolean; write(text: string): unknown }

/** Shows how far a rebuild is: on a terminal one line that changes, in a pipe a line now and then. */
export function progressLine(output: Output, table: string) {
  const live = output.isTTY === true
  const everyMs = live ? 100 : 5_000
  let last: Progress = { read: 0, total: 0 }
  let shownAt = performance.now()

  return {
    show(progress: Progress): void {
      last = progress
      const now = performance.now()
      if (now - shownAt < everyMs) return
      shownAt = now
      output.write(live ? `\r\x1b[K${lineOf(table, progress)}` : `${lineOf(table, progress)}\n`)
    },
    /** Leaves the last line there. */
    end(): void {
      output.write(`${live ? '\r\x1b[K' : ''}${lineOf(table, last)}\n`)
    }
  }
}

function lineOf(table: string, { read, total }: Progress): string {
  const share = total === 0 ? 100 : Math.floor((100 * read) / total)
  return `${table}: ${read} of ${total} records read, ${share} %`
}
