import { notFound, validated, wholeNumberText } from '@outbox-cdc/service-kit'
import type { RequestHandler } from 'express'
import { z } from 'zod'
import { describedTopic, listedTopic, recordPage, volume } from '../api/kafka-schemas.ts'
import { describeTopic, listTopics, volumeOf } from '../kafka/describe-topics.ts'
import type { KafkaAccess } from '../kafka/kafka-clients.ts'
import { readFrom, readNewest } from '../kafka/read-page.ts'
import { cursorPattern, offsetsFrom } from '../kafka/record-reader.ts'
import { searchRecords } from '../kafka/search-records.ts'
import { reasonOf } from '../reason-of.ts'
import { eventStreamHeaders, eventText } from './event-stream.ts'
import { get, type Route } from './route.ts'

const topicName = z.object({ topic: z.string().regex(/^[\w.-]{1,249}$/) })
const cursor = z.string().regex(cursorPattern).transform(offsetsFrom)
const time = z.coerce
  .number()
  .meta({ description: 'Milliseconds since 1970' })
  .transform(ms => new Date(ms))

export function topicRoutes({ admin, reader }: KafkaAccess): readonly Route[] {
  return [
    get('/api/topics', 'All topics with partitions, records, bytes and retention', {
      answer: z.object({ items: z.array(listedTopic) }),
      handle: async () => ({ items: await listTopics(admin) })
    }),
    get('/api/topics/{topic}', 'One topic: partitions, replicas, offsets, sizes, settings', {
      input: topicName,
      answer: describedTopic,
      async handle({ topic }) {
        const described = await describeTopic(admin, topic)
        if (described === undefined) throw notFound(`There is no topic ${topic}`)
        return described
      }
    }),
    get(
      '/api/topics/{topic}/records',
      'Records, newest first: the newest, those before or after a cursor, or those from a time on',
      {
        input: topicName.extend({
          before: cursor.optional(),
          after: cursor.optional(),
          at: time.optional(),
          limit: wholeNumberText(1, 100).default(30)
        }),
        answer: recordPage,
        handle({ topic, before, after, at, limit }) {
          const place = { reader, topic, limit }
          return at === undefined || after ? readNewest(place, { after, before }) : readFrom(place, at)
        }
      }
    ),
    get('/api/topics/{topic}/volume', 'How many records came in each sixtieth of the last minutes', {
      input: topicName.extend({ minutes: wholeNumberText(1, 10_080).default(60) }),
      answer: volume,
      handle: ({ topic, minutes }) => volumeOf(reader, topic, minutes)
    })
  ]
}

const searchInput = topicName.extend({
  text: z.string().min(1).max(500).optional(),
  key: z.string().min(1).max(500).optional(),
  event: z.string().min(1).max(100).optional(),
  since: time.optional(),
  before: cursor.optional()
})

const mostSearches = 2

/** Server-sent events: `progress`, `hit` and at last `end`. Closing the connection cancels the search. */
export function searchStream({ reader }: KafkaAccess): RequestHandler {
  let running = 0
  return async (request, response) => {
    const given = { ...request.query, ...request.params }
    const { topic, before, since, ...query } = validated(searchInput, given, 'query')
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    response.writeHead(200, eventStreamHeaders)
    const send = (event: string, data: unknown) => response.write(eventText(event, data))
    running++
    try {
      if (running > mostSearches)
        return void send('failed', { detail: 'Two searches run already; wait for one, or cancel it' })
      const search = searchRecords({ reader, topic, query, before, since, signal: gone.signal })
      for await (const [event, data] of search) send(event, data)
    } catch (error) {
      send('failed', { detail: `Kafka: ${reasonOf(error)}` })
    } finally {
      running--
      response.end()
    }
  }
}
