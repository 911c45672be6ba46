import { defineEvent } from '@outbox-cdc/outbox'
import { z } from 'zod'

/** An order has one event in its life; an account has many, so that their order can be looked at. */
export const ledgerMoved = defineEvent({
  name: 'ledger_moved',
  aggregate: 'ledger',
  version: 1,
  payload: z.object({ text: z.string(), filler: z.string().optional() })
})

/** Accounts have ids that no order will reach. */
export const firstAccount = 1_000_000_000
