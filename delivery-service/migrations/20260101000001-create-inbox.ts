import { createInboxTables, dropInboxTables } from '@outbox-cdc/outbox'

export { createInboxTables as up, dropInboxTables as down }
