import { fileURLToPath } from 'node:url'
import { loadConfig, migrate } from '@outbox-cdc/service-kit'
import { variables } from './config.ts'

// A separate step, with the account that owns the schema: the service itself may only read and write rows.
const {
  MYSQL_URL: url,
  OUTBOX_STORE,
  SCHEMA_REGISTRY_URL
} = loadConfig(variables.pick({ MYSQL_URL: true, OUTBOX_STORE: true, SCHEMA_REGISTRY_URL: true }), process.env)
const directory = fileURLToPath(new URL('../migrations', import.meta.url))
await migrate({
  url,
  directory,
  params: { outboxStore: OUTBOX_STORE, outboxPayload: SCHEMA_REGISTRY_URL === '' ? 'json' : 'bytes' },
  report: sentence => process.stdout.write(`orders: ${sentence}\n`)
})
