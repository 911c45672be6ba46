import { RefusedError, validated } from '@outbox-cdc/service-kit'
import type { RequestHandler } from 'express'
import type { z } from 'zod'
import { reasonOf } from '../reason-of.ts'
import { eventStreamHeaders, eventText } from './event-stream.ts'

const mostSearches = 2

type SearchEvents = AsyncGenerator<readonly [event: string, data: unknown]>

/**
 * Makes handlers that answer a search as server-sent events: `progress`, `hit` and at last `end`. Closing the connection
 * cancels the search.
 */
export function createSearches() {
  let running = 0
  return <S extends z.ZodType>(
    input: S,
    search: (asked: z.output<S>, signal: AbortSignal) => SearchEvents
  ): RequestHandler =>
    async (request, response) => {
      const asked = validated(input, { ...request.query, ...request.params }, 'query')
      const gone = new AbortController()
      const events = search(asked, gone.signal)
      response.once('close', () => gone.abort())
      response.writeHead(200, eventStreamHeaders)
      const send = (event: string, data: unknown) => response.write(eventText(event, data))
      running++
      try {
        if (running > mostSearches)
          return void send('failed', { detail: 'Two searches run already; wait for one, or cancel it' })
        for await (const [event, data] of events) send(event, data)
      } catch (error) {
        send('failed', { detail: error instanceof RefusedError ? error.message : `Kafka: ${reasonOf(error)}` })
      } finally {
        running--
        response.end()
      }
    }
}
