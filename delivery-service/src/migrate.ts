import { fileURLToPath } from 'node:url'
import { loadConfig, migrate } from '@outbox-cdc/service-kit'
import { configSchema } from './config.ts'

// A separate step, with the account that owns the schema: the service itself may only read and write rows.
const { MYSQL_URL } = loadConfig(configSchema.pick({ MYSQL_URL: true }), process.env)
const directory = fileURLToPath(new URL('../migrations', import.meta.url))
await migrate({ url: MYSQL_URL, directory, report: sentence => process.stdout.write(`deliveries: ${sentence}\n`) })
