import { createDatabase } from '../../../test/support/use-stack.ts'
import { streamOutbox } from '../test/debezium-topic.ts'
import { outboxContract } from '../test/outbox-contract.ts'
import { createOutbox, createOutboxTables, type StoreName } from './index.ts'

const stores: readonly StoreName[] = ['delete', 'blackhole', 'keep']

for (const store of stores)
  outboxContract(`${store}, through Debezium`, async () => {
    const database = await createDatabase('contract')
    const { db } = database
    await createOutboxTables(db, { store })
    const topic = await streamOutbox(database)
    return {
      outbox: createOutbox({ store, writer: 7 }),
      topic: topic.name,
      transaction: work => db.transaction(work),
      recordsOf: (aggregateId, count) => topic.recordsOf(aggregateId, count),
      async close() {
        await topic.remove()
        await database.drop()
      }
    }
  })
