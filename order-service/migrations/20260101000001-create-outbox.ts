import { createOutboxTables, dropOutboxTables } from '@outbox-cdc/outbox'

export { createOutboxTables as up, dropOutboxTables as down }
