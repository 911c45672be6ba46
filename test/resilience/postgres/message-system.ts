import type { System } from '@outbox-cdc/pipeline'
import { system as ofTable } from './system.ts'

const [orders, ...consumers] = ofTable.services
if (orders === undefined) throw new Error('there is no order service')

/** The same orders, whose events are messages in the WAL instead of rows. */
export const system: System = {
  ...ofTable,
  name: 'orders-in-messages',
  services: [{ ...orders, env: { ...orders.env, OUTBOX_STORE: 'message' } }, ...consumers],
  connectors: { json: ['connect-config/postgres-message/orders-connector.ts'] }
}
