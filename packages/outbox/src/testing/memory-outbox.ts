import type { Knex } from 'knex'
import type { Outbox } from '../append-to-outbox.ts'
import type { OutboundEvent } from '../define-event.ts'
import { OutboxError } from '../errors.ts'
import { encodePayloads } from '../stores/payload.ts'
import { inContext } from '../tracing/message-context.ts'
import { requireOpenTransaction } from '../transactions/open-transaction.ts'
import { debeziumRecord } from './debezium-record.ts'
import { createMemoryTopic, type MemoryTopic } from './memory-topic.ts'

/** An outbox in memory, its topic, and a transaction instead of knex's. */
export type MemoryOutbox = Outbox & {
  readonly topic: MemoryTopic
  /** Replaces `knex.transaction`: what `work` appends is on the topic once it resolves, and is dropped when it throws. */
  transaction<T>(work: (trx: Knex.Transaction) => Promise<T>): Promise<T>
}

/** Which topic the events go to, and how large one may be. */
export type MemoryOutboxOptions = { readonly topic?: MemoryTopic; readonly maxEventBytes?: number }

/** An outbox in memory, for unit tests, with the same errors, and the same records on its topic as through Debezium. */
export function createMemoryOutbox({
  topic = createMemoryTopic(),
  maxEventBytes
}: MemoryOutboxOptions = {}): MemoryOutbox {
  const pending = new WeakMap<object, { readonly event: OutboundEvent; readonly id: number }[]>()
  let lastId = 0
  return {
    store: 'delete',
    topic,
    async append(trx, events) {
      requireOpenTransaction(trx)
      const list = encodePayloads(inContext(trx, events), { maxEventBytes })
      const written = pending.get(trx)
      if (written === undefined) throw new OutboxError('TRANSACTION_REQUIRED', 'Not a transaction of this MemoryOutbox')
      for (const event of list) written.push({ event, id: ++lastId })
    },
    async transaction(work) {
      const { trx, complete } = createMemoryTransaction()
      pending.set(trx, [])
      try {
        const result = await work(trx)
        for (const { event, id } of pending.get(trx) ?? [])
          topic.produce(debeziumRecord(event, { id, createdAt: new Date(), topic: topic.name }))
        return result
      } finally {
        complete()
      }
    }
  }
}

function createMemoryTransaction(): { readonly trx: Knex.Transaction; readonly complete: () => void } {
  let completed = false
  const query = () => {
    throw new OutboxError('TRANSACTION_REQUIRED', 'The in-memory transaction holds events only: it has no tables')
  }
  const trx = Object.assign(query, { isTransaction: true, isCompleted: () => completed, raw: query })
  return { trx: trx as unknown as Knex.Transaction, complete: () => (completed = true) }
}
