import { expect, it } from 'vitest'
import { silent } from '../../../test/counted.ts'
import { OutboxError } from '../../errors.ts'
import { createMemoryKafka, createMemoryTopic } from '../../testing/index.ts'
import { createRetention } from './retention.ts'

const day = 86_400_000

/** A broker that refuses to describe the topic's configuration. */
function useRefusingKafka() {
  const asked: string[] = []
  const kafka = createMemoryKafka(createMemoryTopic({ name: 'outbox', partitions: 3 }))
  const topic = (name: string) => {
    asked.push(name)
    const message = `User:ann lacks DESCRIBE_CONFIGS on the topic ${name}.`
    return Promise.reject(new OutboxError('KAFKA_REFUSED', message, { retryable: true }))
  }
  return { kafka: { ...kafka, topic }, asked }
}

it('needs the retention of the inbox where it may not ask for that of the topic', async () => {
  const look = createRetention({ kafka: useRefusingKafka().kafka, logger: silent })
  await expect(look('outbox')).rejects.toMatchObject({
    code: 'KAFKA_REFUSED',
    retryable: true,
    message:
      "User:ann lacks DESCRIBE_CONFIGS on the topic outbox: grant it, or give the inbox's retention with inbox.keepMs"
  })
})

it('takes the given retention, and does not ask again', async () => {
  const { kafka, asked } = useRefusingKafka()
  const look = createRetention({ kafka, inbox: { keepMs: 8 * day }, logger: silent })
  expect(await look('outbox')).toEqual({ partitions: 3, keepMs: 8 * day })
  expect(await look('outbox')).toEqual({ partitions: 3, keepMs: 8 * day })
  expect(asked).toEqual(['outbox'])
})
