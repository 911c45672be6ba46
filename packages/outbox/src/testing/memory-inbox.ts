import type { Inbox } from '../inbox/inbox-store.ts'
import { createMemoryOutbox, type MemoryOutbox } from './memory-outbox.ts'

/**
 * An inbox in memory, for unit tests, with the same results and the same waiting. What `work` appends to `outbox` is on
 * its topic once the message is handled, and is dropped when `work` throws.
 */
export function createMemoryInbox(outbox: Pick<MemoryOutbox, 'transaction'> = createMemoryOutbox()): Inbox {
  const ends = new Map<string, Promise<boolean>>()

  return {
    async handleOnce(messageId, work) {
      for (let other = ends.get(messageId); other !== undefined; other = ends.get(messageId))
        if (await other) return 'duplicate'
      const { promise, resolve } = Promise.withResolvers<boolean>()
      ends.set(messageId, promise)
      try {
        await outbox.transaction(work)
        resolve(true)
        return 'handled'
      } catch (error) {
        ends.delete(messageId)
        resolve(false)
        throw error
      }
    }
  }
}
