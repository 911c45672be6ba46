// A consumer in a process of its own: it dies of the event `deadly`, like one that runs out of memory there, and takes
// `delayMs` for each event, so that it can be frozen in the middle of a batch.
import { setTimeout as sleep } from 'node:timers/promises'
import knex from 'knex'
import { createConsumer, handle, kafkajsClient } from '../src/index.ts'
import { counted, silent } from './counted.ts'

const { database, brokers, topic, group, deadly, delayMs = 0 } = JSON.parse(process.argv[2] ?? '{}')
const kafka = kafkajsClient({ brokers, clientId: 'dying', logger: silent })
const consumer = createConsumer({
  kafka,
  group,
  db: knex({ client: 'mysql2', connection: database }),
  logger: silent,
  topics: {
    [topic]: {
      counted: handle(counted, async ({ aggregateId, payload: { n } }, trx) => {
        await trx('effect').insert({ event_key: aggregateId, n })
        if (delayMs > 0) await sleep(delayMs)
        if (`${aggregateId}:${n}` === deadly) process.kill(process.pid, 'SIGKILL')
      })
    }
  },
  idleTransactionMs: 3_000,
  batchSize: delayMs > 0 ? 10 : 500,
  lanes: 2,
  // Short, so that the next process need not wait long for the partitions of the dead one.
  sessionTimeoutMs: 6_000
})
await consumer.start()
