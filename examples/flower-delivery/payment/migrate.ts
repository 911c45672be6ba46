import { fileURLToPath } from 'node:url'
import { loadConfig, migrate } from '@outbox-cdc/service-kit'
import { configSchema } from './service.ts'

// With the account that owns the database. The service itself may only read and write rows.
const { MYSQL_URL: url } = loadConfig(configSchema.pick({ MYSQL_URL: true }), process.env)
const directory = fileURLToPath(new URL('./migrations', import.meta.url))
await migrate({ url, directory, report: sentence => process.stdout.write(`payment: ${sentence}\n`) })
