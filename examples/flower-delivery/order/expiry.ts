import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'
import { cancelUnpaid } from './order-store.ts'

type Parts = { readonly db: Knex; readonly logger: Logger; readonly deadlineMs: number }

const limit = 100
const longestPauseMs = 5_000

/** Cancels orders that aren't paid in time, from `start` to `stop`, which waits for the transaction that is open. */
export function createExpiry({ db, logger, deadlineMs }: Parts) {
  const stopping = new AbortController()
  const { signal } = stopping
  const pauseMs = Math.min(longestPauseMs, Math.max(100, Math.floor(deadlineMs / 10)))
  let running: Promise<void> = Promise.resolve()

  async function run(): Promise<void> {
    for (let fails = false; !signal.aborted; ) {
      let cancelled = 0
      try {
        cancelled = await cancelUnpaid(db, { deadlineMs, limit })
        if (cancelled > 0) logger.info({ orders: cancelled }, 'orders were not paid in time')
        fails = false
      } catch (error) {
        if (!fails) logger.warn({ err: error }, 'cannot cancel unpaid orders now; will retry')
        fails = true
      }
      if (cancelled < limit) await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
    }
  }

  return {
    start: () => void (running = run()),
    async stop() {
      stopping.abort()
      await running
    }
  }
}
