import { setTimeout as sleep } from 'node:timers/promises'
import { type Outbox, defineEvent } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'
import { z } from 'zod'

/** An order has only one event. A ledger account has many, so the oracle can check their sequence. */
export const ledgerMoved = defineEvent({
  name: 'ledger_moved',
  aggregate: 'ledger',
  version: 1,
  payload: z.object({ text: z.string(), filler: z.string().optional() })
})

/** Larger than any id of an order. */
const firstAccount = 1_000_000_000

export type LedgerWriter = { pause(on: boolean): void; stop(): Promise<void> }

const accounts = 8
const pauseMs = 100

/** Writes the next version of each account with the library, again and again until it is stopped. */
export function startLedgerWriter(db: Knex, outbox: Outbox): LedgerWriter {
  const state = { paused: false, stopped: false }
  const writing = Array.from({ length: accounts }, async (_, index) => {
    for (; !state.stopped; await sleep(pauseMs))
      if (!state.paused) await move(db, outbox, firstAccount + index).catch(() => undefined)
  })
  return {
    pause: on => void (state.paused = on),
    async stop() {
      state.stopped = true
      await Promise.all(writing)
    }
  }
}

// Reads the version each time: after a COMMIT without an answer only the database knows it.
async function move(db: Knex, outbox: Outbox, account: number): Promise<void> {
  await db.transaction(async trx => {
    const last = await trx('ledger_step').where({ account }).max<{ version: number | null }[]>({ version: 'version' })
    const version = (last[0]?.version ?? 0) + 1
    const text = `step ${version} of ${account}`
    await trx('ledger_step').insert({ account, version, content: text })
    await outbox.append(trx, ledgerMoved({ aggregateId: account, aggregateVersion: version, payload: { text } }))
  })
}
