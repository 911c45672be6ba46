// A consumer in a process of its own that dies of one event, like one that runs out of memory there.
import knex from 'knex'
import { createConsumer, handle, kafkajsClient } from '../src/index.ts'
import { counted, silent } from './counted.ts'

const { database, brokers, topic, group, deadly } = JSON.parse(process.argv[2] ?? '{}')
const kafka = kafkajsClient({ brokers, clientId: 'dying', logger: silent })
const consumer = createConsumer({
  kafka,
  topic,
  group,
  db: knex({ client: 'mysql2', connection: database }),
  logger: silent,
  on: {
    counted: handle(counted, async ({ aggregateId, payload: { n } }, trx) => {
      await trx('effect').insert({ event_key: aggregateId, n })
      if (`${aggregateId}:${n}` === deadly) process.kill(process.pid, 'SIGKILL')
    })
  },
  // Short, so that the next process need not wait long for the partitions of the dead one.
  sessionTimeoutMs: 6_000
})
await consumer.start()
