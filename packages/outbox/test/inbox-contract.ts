import type { Knex } from 'knex'
import { describe, expect, it } from 'vitest'
import { createInbox, createInboxTables, type Inbox } from '../src/index.ts'

export type InboxUnderTest = {
  readonly inboxOf: (consumer: string) => Inbox
  readonly effect: (trx: Knex.Transaction, n: number) => Promise<void>
  readonly effects: () => Promise<readonly number[]>
}

/** What every inbox must do. */
export function inboxContract(name: string, make: () => Promise<InboxUnderTest>): void {
  describe(`the inbox ${name}`, () => {
    it('lets a message take effect once', async () => {
      const { inboxOf, effect, effects } = await make()
      const inbox = inboxOf('a')
      expect(await inbox.handleOnce('m1', trx => effect(trx, 1))).toBe('handled')
      expect(await inbox.handleOnce('m1', trx => effect(trx, 2))).toBe('duplicate')
      expect(await inbox.handleOnce('m2', trx => effect(trx, 3))).toBe('handled')
      expect(await effects()).toEqual([1, 3])
    })

    it('remembers nothing of a message whose handler threw', async () => {
      const { inboxOf, effect, effects } = await make()
      const inbox = inboxOf('a')
      const failing = inbox.handleOnce('m1', async trx => {
        await effect(trx, 1)
        throw new Error('after the effect')
      })
      await expect(failing).rejects.toThrow('after the effect')
      expect(await effects()).toEqual([])
      expect(await inbox.handleOnce('m1', trx => effect(trx, 2))).toBe('handled')
      expect(await effects()).toEqual([2])
    })

    it('remembers for each consumer apart, and tells ids apart by case', async () => {
      const { inboxOf, effect, effects } = await make()
      expect(await inboxOf('a').handleOnce('m1', trx => effect(trx, 1))).toBe('handled')
      expect(await inboxOf('b').handleOnce('m1', trx => effect(trx, 2))).toBe('handled')
      expect(await inboxOf('a').handleOnce('M1', trx => effect(trx, 3))).toBe('handled')
      expect(await effects()).toEqual([1, 2, 3])
    })

    it('lets one of many at once win, and the next one when the first fails', async () => {
      const { inboxOf, effect, effects } = await make()
      const inbox = inboxOf('a')
      let calls = 0
      const attempts = Array.from({ length: 8 }, () =>
        inbox.handleOnce('m1', async trx => {
          const call = ++calls
          await effect(trx, call)
          if (call === 1) throw new Error('the first')
        })
      )
      const ends = await Promise.allSettled(attempts)
      expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(1)
      expect(ends.filter(end => end.status === 'fulfilled' && end.value === 'handled')).toHaveLength(1)
      expect(await effects()).toEqual([2])
    })
  })
}

/** The real inbox on a database of either kind. */
export async function inboxOn(db: Knex): Promise<InboxUnderTest> {
  await createInboxTables(db)
  await db.schema.createTable('effect', table => {
    table.bigIncrements('seq')
    table.integer('n').notNullable()
  })
  return {
    inboxOf: consumer => createInbox(db, consumer),
    effect: async (trx, n) => void (await trx('effect').insert({ n })),
    effects: async () => (await db('effect').select<{ n: number }[]>('n').orderBy('seq')).map(({ n }) => n)
  }
}
