import { onlyMethods, Problem } from '@outbox-cdc/service-kit'
import { type RequestHandler, type Response, Router } from 'express'
import type { LiveEvent } from './live-event.ts'

const mostReaders = 200
const beatMs = 15_000

/**
 * `GET /events`: each event at the moment when it comes, as server-sent events. A reader that can't keep up is cut off,
 * and reads everything again when it's back; so is everyone after a pause.
 */
export function createEventStream() {
  const readers = new Set<Response>()
  let reading = false
  const beat = setInterval(() => write(': still here\n\n'), beatMs).unref()

  function write(text: string): void {
    for (const reader of readers) {
      if (reader.writableNeedDrain) reader.destroy()
      else reader.write(text)
    }
  }

  const read: RequestHandler = (_, response) => {
    if (readers.size >= mostReaders) throw tooMany()
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' })
    response.write(`retry: 1000\n\n${textOf('reading', { reading })}`)
    readers.add(response)
    response.once('close', () => readers.delete(response))
  }

  return {
    routes: Router().all('/events', (request, response, next) => {
      if (request.method === 'GET') return read(request, response, next)
      onlyMethods('GET')(request, response, next)
    }),
    send: (event: LiveEvent): void => write(textOf('change', event)),
    /** Says whether events come in, when that changes. */
    setReading: (now: boolean): void => {
      if (now === reading) return
      reading = now
      write(textOf('reading', { reading }))
    },
    close() {
      clearInterval(beat)
      for (const reader of readers) reader.end()
    }
  }
}

function textOf(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

function tooMany(): Problem {
  const headers = { 'Retry-After': '10' }
  return new Problem(503, { type: 'too-many-readers', title: 'Too many readers', detail: 'Close some tabs', headers })
}
