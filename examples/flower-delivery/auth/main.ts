import { runService } from '@outbox-cdc/service-kit'
import { configSchema, createService } from './service.ts'

await runService({ name: 'auth', schema: configSchema, env: process.env, create: createService })
