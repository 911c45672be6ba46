import { Problem } from '@outbox-cdc/service-kit'
import type { Request, Response } from 'express'

const mostReaders = 200

export type EventStream = ReturnType<typeof createEventStream>

/** Server-sent events to many readers. A slow reader misses pictures, so that they do not pile up in memory: no library does that. */
export function createEventStream(event: string, onReader: () => void) {
  const readers = new Set<Response>()
  let newest = ''
  const beat = setInterval(() => write(': still here\n\n'), 15_000).unref()

  function write(text: string): void {
    for (const reader of readers) if (!reader.writableNeedDrain) reader.write(text)
  }

  return {
    /** Adds the caller to the readers, who get the newest data at once. */
    handler: (_: Request, response: Response): void => {
      if (readers.size >= mostReaders)
        throw new Problem(503, { type: 'too-many-readers', title: 'Too many readers', detail: 'Close some tabs' })
      response.writeHead(200, { ...eventStreamHeaders, 'X-Accel-Buffering': 'no' })
      response.write(`retry: 1000\n\n${newest}`)
      readers.add(response)
      onReader()
      response.once('close', () => readers.delete(response))
    },
    isRead: () => readers.size > 0,
    send: (data: unknown): void => {
      newest = eventText(event, data)
      write(newest)
    },
    close() {
      clearInterval(beat)
      for (const reader of readers) reader.end()
    }
  }
}

export const eventStreamHeaders = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' }

export function eventText(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
