import { setTimeout as sleep } from 'node:timers/promises'
import type { Outbox } from '@outbox-cdc/outbox'
import type { Knex } from 'knex'
import { firstAccount, ledgerMoved } from './ledger-event.ts'

export type LedgerWriter = { pause(on: boolean): void; stop(): Promise<void> }

const accounts = 8
const pauseMs = 100

/** Each account moves on by one version at a time, with the library itself, for as long as it is not stopped. */
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

// The version is read again each time: after a COMMIT without an answer only the database knows it.
async function move(db: Knex, outbox: Outbox, account: number): Promise<void> {
  await db.transaction(async trx => {
    const last = await trx('ledger_step').where({ account }).max<{ version: number | null }[]>({ version: 'version' })
    const version = (last[0]?.version ?? 0) + 1
    const text = `step ${version} of ${account}`
    await trx('ledger_step').insert({ account, version, content: text })
    await outbox.append(trx, ledgerMoved({ aggregateId: account, aggregateVersion: version, payload: { text } }))
  })
}
