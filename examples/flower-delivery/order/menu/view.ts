import { defineEvent, handle, type View } from '@outbox-cdc/outbox'
import { z } from 'zod'
import { menu, updateMenu } from './menu-store.ts'

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

/** The menu: the topic of the service item, as it writes a table of that name. */
export const menuView: View = {
  table: menu,
  key: ['item_id'],
  topics: table => ({
    'flower.item': {
      [registered.name]: handle(registered, ({ aggregateId: itemId, aggregateVersion: version = 0, payload }, trx) =>
        updateMenu(trx, table, { itemId, version, ...payload })
      ),
      [changed.name]: handle(changed, ({ aggregateId: itemId, aggregateVersion: version = 0, payload }, trx) =>
        updateMenu(trx, table, { itemId, version, ...payload })
      )
    }
  })
}
