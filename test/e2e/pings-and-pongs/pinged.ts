import { defineEvent } from '@outbox-cdc/outbox'
import { z } from 'zod'

export const pinged = defineEvent({
  name: 'pinged',
  aggregate: 'ping',
  version: 1,
  payload: z.object({ text: z.string() })
})
