import { defineEvent, handle } from '@outbox-cdc/outbox'
import { z } from 'zod'
import { updateMenu } from './menu-store.ts'

// Only the fields that the menu shows. It shares no code with the service item.
const item = { aggregate: 'item', version: 1 } as const
const registered = defineEvent({
  ...item,
  name: 'item_registered',
  payload: z.object({ itemName: z.string(), storeName: z.string(), itemPrice: z.int(), stockCnt: z.int() })
})
const changed = defineEvent({
  ...item,
  name: 'stock_changed',
  payload: z.object({ itemPrice: z.int(), stockCnt: z.int() })
})

/** The handlers of flower.item. */
export const itemHandlers = {
  [registered.name]: handle(registered, ({ aggregateId: itemId, aggregateVersion: version = 0, payload }, trx) =>
    updateMenu(trx, { itemId, version, ...payload })
  ),
  [changed.name]: handle(changed, ({ aggregateId: itemId, aggregateVersion: version = 0, payload }, trx) =>
    updateMenu(trx, { itemId, version, ...payload })
  )
}
