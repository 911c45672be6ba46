import type { Response } from 'express'

/** Server-sent events to many readers. A slow reader misses pictures, so that they do not pile up in memory: no library does that. */
export type EventStream = {
  /** False when there are too many readers already. */
  add(response: Response, first: string): boolean
  send(event: string, data: string): void
  close(): void
}

const mostReaders = 200

export function createEventStream(): EventStream {
  const readers = new Set<Response>()
  const beat = setInterval(() => write(': still here\n\n'), 15_000).unref()

  function write(text: string): void {
    for (const reader of readers) if (!reader.writableNeedDrain) reader.write(text)
  }

  return {
    add(response, first) {
      if (readers.size >= mostReaders) return false
      response.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no'
      })
      response.write(`retry: 1000\n${first}`)
      readers.add(response)
      response.once('close', () => readers.delete(response))
      return true
    },
    send: (event, data) => write(eventText(event, data)),
    close() {
      clearInterval(beat)
      for (const reader of readers) reader.end()
    }
  }
}

export function eventText(event: string, data: string): string {
  return `event: ${event}\ndata: ${data}\n\n`
}
