import { appendFile } from 'node:fs/promises'

/**
 * Appends lines to a file, in their order. Lines that come while it writes go together, because a write for each costs more
 * than the line. What can't be written is lost and reported, and the next lines are tried again.
 */
export function lineFile(file: string, onFailure: (error: Error) => void): (line: string) => void {
  let waiting: string[] = []
  let writing = false

  async function write(): Promise<void> {
    writing = true
    while (waiting.length > 0) {
      const lines = waiting
      waiting = []
      await appendFile(file, `${lines.join('\n')}\n`).catch(onFailure)
    }
    writing = false
  }

  return line => {
    waiting.push(line)
    if (!writing) void write()
  }
}
