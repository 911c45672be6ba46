import { notFound, wholeNumberText } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { describedTopic, listedTopic, missing, recordPage, volume } from '../api/kafka-schemas.ts'
import { describeTopic, listTopics, volumeOf } from '../kafka/describe-topics.ts'
import type { KafkaAccess } from '../kafka/kafka-clients.ts'
import { readPage } from '../kafka/read-page.ts'
import { pageInput, topicInput } from '../kafka/topic-inputs.ts'
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
