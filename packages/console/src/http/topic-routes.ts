import { notFound } from '@outbox-cdc/service-kit'
import type { RequestHandler } from 'express'
import { z } from 'zod'
import { describedTopic, listedTopic, recordPage, volume } from '../api/kafka-schemas.ts'
import { describeTopic, listTopics, volumeOf } from '../kafka/describe-topics.ts'
import type { KafkaAccess } from '../kafka/kafka-clients.ts'
import { readAfter, readBefore, readFrom } from '../kafka/read-page.ts'
import { cursorPattern, cursorText, offsetsFrom } from '../kafka/record-reader.ts'
import { searchRecords } from '../kafka/search-records.ts'
import { reasonOf } from '../reason-of.ts'
import { eventStreamHeaders, eventText } from './event-stream.ts'
import { askKafka } from './problems.ts'
import { get, type Route, whole } from './route.ts'

const topicName = z.object({ topic: z.string().regex(/^[\w.-]{1,249}$/) })
const cursor = z.string().regex(cursorPattern)

export function topicRoutes({ admin, reader }: KafkaAccess): readonly Route[] {
  return [
    get('/api/topics', 'All topics with partitions, records, bytes and retention', {
      answer: z.object({ items: z.array(listedTopic) }),
      handle: async () => ({ items: await askKafka(() => listTopics(admin)) })
    }),
    get('/api/topics/{topic}', 'One topic: partitions, replicas, offsets, sizes, settings', {
      params: topicName,
      answer: describedTopic,
      async handle({ params: { topic } }) {
        const described = await askKafka(() => describeTopic(admin, reader, topic))
        if (described === undefined) throw notFound(`There is no topic ${topic}`)
        return described
      }
    }),
    get(
      '/api/topics/{topic}/records',
      'Records, newest first: the newest, those before or after a cursor, or those from a time on',
      {
        params: topicName,
        query: z.object({
          before: cursor.optional(),
          after: cursor.optional(),
          at: z.coerce.number().optional().meta({ description: 'Milliseconds since 1970' }),
          partition: z.coerce.number().int().min(0).optional(),
          limit: whole(1, 100).default(30)
        }),
        answer: recordPage,
        handle: ({ params: { topic }, query: { before, after, at, partition, limit } }) =>
          askKafka(async () => {
            const place = { reader, topic, limit, partition }
            if (after !== undefined) return readAfter(place, offsetsFrom(after))
            if (at !== undefined) return readFrom(place, new Date(at))
            return readBefore(place, before ? offsetsFrom(before) : undefined)
          })
      }
    ),
    get('/api/topics/{topic}/volume', 'How many records came in each sixtieth of the last minutes', {
      params: topicName,
      query: z.object({ minutes: whole(1, 10_080).default(60) }),
      answer: volume,
      handle: ({ params: { topic }, query: { minutes } }) => askKafka(() => volumeOf(reader, topic, minutes))
    })
  ]
}

const searchQuery = z.object({
  text: z.string().min(1).max(500).optional(),
  key: z.string().min(1).max(500).optional(),
  event: z.string().min(1).max(100).optional(),
  since: z.coerce.number().optional(),
  before: cursor.optional()
})

const mostSearches = 2

/** Server-sent events: `progress`, `hit` and at last `end`. Closing the connection cancels the search. */
export function searchStream({ reader }: KafkaAccess): RequestHandler {
  let running = 0
  return async (request, response) => {
    const { topic } = topicName.parse(request.params)
    const { before, since, ...query } = searchQuery.parse(request.query)
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    response.writeHead(200, eventStreamHeaders)
    const send = (event: string, data: unknown) => response.write(eventText(event, data))
    if (running >= mostSearches) {
      send('failed', { detail: 'Two searches run already; wait for one, or cancel it' })
      return void response.end()
    }
    running++
    try {
      const end = await searchRecords({
        reader,
        topic,
        query,
        before: before ? offsetsFrom(before) : undefined,
        since: since === undefined ? undefined : new Date(since),
        signal: gone.signal,
        onHit: record => send('hit', record),
        onProgress: progress => send('progress', progress)
      })
      send('end', { ...end, before: cursorText(end.before) })
    } catch (error) {
      send('failed', { detail: `Kafka: ${reasonOf(error)}` })
    } finally {
      running--
      response.end()
    }
  }
}
