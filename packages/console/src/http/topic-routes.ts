import { notFound, RefusedError, validated, wholeNumberText } from '@outbox-cdc/service-kit'
import type { RequestHandler } from 'express'
import { z } from 'zod'
import { describedTopic, listedTopic, missing, recordPage, volume } from '../api/kafka-schemas.ts'
import { describeTopic, listTopics, volumeOf } from '../kafka/describe-topics.ts'
import type { KafkaAccess } from '../kafka/kafka-clients.ts'
import { readPage } from '../kafka/read-page.ts'
import { searchRecords } from '../kafka/search-records.ts'
import { pageInput, searchInput, topicInput } from '../kafka/topic-inputs.ts'
import { reasonOf } from '../reason-of.ts'
import { eventStreamHeaders, eventText } from './event-stream.ts'
import { get, type Route } from './route.ts'

export function topicRoutes(kafka: KafkaAccess): readonly Route[] {
  const { reader } = kafka
  return [
    get('/api/topics', 'All topics with partitions, records, bytes and retention', {
      answer: z.object({ items: z.array(listedTopic), missing }),
      handle: () => listTopics(kafka)
    }),
    get('/api/topics/{topic}', 'One topic: partitions, replicas, offsets, sizes, settings', {
      input: topicInput,
      answer: describedTopic,
      async handle({ topic }) {
        const described = await describeTopic(kafka, topic)
        if (described === undefined) throw notFound(`There is no topic ${topic}`)
        return described
      }
    }),
    get('/api/topics/{topic}/records', 'Records, newest first: all, those between cursors, or from a time on', {
      input: pageInput,
      answer: recordPage,
      handle: input => readPage({ ...input, reader })
    }),
    get('/api/topics/{topic}/volume', 'How many records came in each sixtieth of the last minutes', {
      input: topicInput.extend({ minutes: wholeNumberText(1, 10_080).default(60) }),
      answer: volume,
      handle: ({ topic, minutes }) => volumeOf(reader, topic, minutes)
    })
  ]
}

const mostSearches = 2

/** Server-sent events: `progress`, `hit` and at last `end`. Closing the connection cancels the search. */
export function searchStream({ reader }: KafkaAccess): RequestHandler {
  let running = 0
  return async (request, response) => {
    const input = validated(searchInput, { ...request.query, ...request.params }, 'query')
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    response.writeHead(200, eventStreamHeaders)
    const send = (event: string, data: unknown) => response.write(eventText(event, data))
    running++
    try {
      if (running > mostSearches)
        return void send('failed', { detail: 'Two searches run already; wait for one, or cancel it' })
      for await (const [event, data] of searchRecords({ ...input, reader, signal: gone.signal })) send(event, data)
    } catch (error) {
      send('failed', { detail: error instanceof RefusedError ? error.message : `Kafka: ${reasonOf(error)}` })
    } finally {
      running--
      response.end()
    }
  }
}
