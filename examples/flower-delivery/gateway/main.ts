import { runService } from '@outbox-cdc/service-kit'
import { configSchema, createService } from './service.ts'

await runService({ name: 'gateway', schema: configSchema, env: process.env, create: createService })
