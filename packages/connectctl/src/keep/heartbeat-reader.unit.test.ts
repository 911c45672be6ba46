import { expect, it } from 'vitest'
import { beatIn, obstacleOf } from './heartbeat-reader.ts'

const row = { sender: 'me', sent_ms: 5 }

it.each([
  ['with its schema, unwrapped', { schema: {}, payload: row }],
  ['without a schema, unwrapped', row],
  ["with its schema, in Debezium's envelope", { schema: {}, payload: { op: 'c', after: row } }],
  ["without a schema, in Debezium's envelope", { op: 'c', after: row }]
])('reads a beat %s', (_dress, value) => {
  expect(beatIn(JSON.stringify(value))).toMatchObject(row)
})

it('ignores records that are not heartbeats', () => {
  expect(beatIn('no json')).toBeUndefined()
})

/** An error as kafkajs makes it. */
function failure(name: string, message: string, type?: string): Error {
  return Object.assign(new Error(message), { name }, type === undefined ? {} : { type })
}

const gaveUp = Object.assign(
  new Error('gave up', { cause: failure('KafkaJSConnectionError', 'connect ECONNREFUSED') }),
  {
    name: 'KafkaJSNumberOfRetriesExceeded'
  }
)

it.each([
  ['a broker that is away', gaveUp, 'Kafka does not answer at a:9092 (connect ECONNREFUSED)'],
  ['a missing topic', failure('KafkaJSProtocolError', '?', 'UNKNOWN_TOPIC_OR_PARTITION'), 'there is no topic beats'],
  ['a compression', failure('KafkaJSNotImplemented', 'ZSTD compression not implemented'), 'cannot be unpacked (ZSTD'],
  [
    'a missing right',
    failure('KafkaJSProtocolError', 'no', 'TOPIC_AUTHORIZATION_FAILED'),
    'lacks READ on the topic beats'
  ],
  ['anything else', new TypeError('x is not a function'), 'the probes on beats cannot be read (x is not a function)']
])('says of %s what it is', async (_what, error, words) => {
  const options = { topic: 'beats', sender: 'me', kafka: { brokers: ['a:9092'] } }
  expect((await obstacleOf(error, options)).why).toContain(words)
})
