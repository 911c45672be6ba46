import { z } from 'zod'
import { inboxContract } from '../../test/inbox-contract.ts'
import { defineEvent } from '../define-event.ts'
import { createMemoryInbox } from './memory-inbox.ts'
import { createMemoryOutbox } from './memory-outbox.ts'

const effected = defineEvent({ name: 'effected', aggregate: 'effect', version: 1, payload: z.object({}) })

inboxContract('in memory', async () => {
  const outbox = createMemoryOutbox()
  const inboxes = new Map<string, ReturnType<typeof createMemoryInbox>>()
  return {
    inboxOf(consumer) {
      const inbox = inboxes.get(consumer) ?? createMemoryInbox(outbox)
      inboxes.set(consumer, inbox)
      return inbox
    },
    effect: (trx, n) => outbox.append(trx, effected({ aggregateId: n, payload: {} })),
    effects: async () => outbox.topic.records().map(({ key }) => Number(/"event_id":(\d+)}/.exec(String(key))?.[1]))
  }
})
