import { createInboxTables } from '@outbox-cdc/outbox'

// Adds what a newer library needs to tables that an older one made.
export { createInboxTables as up }
export async function down(): Promise<void> {}
