import { runService } from '@outbox-cdc/service-kit'
import { configSchema } from './config.ts'
import { createService } from './service.ts'

await runService({ name: 'delivery-service', schema: configSchema, env: process.env, create: createService })
