#!/usr/bin/env node
import { runService } from '@outbox-cdc/service-kit'
import { configSchema } from './config.ts'
import { createConsole } from './console.ts'
import { readHops } from '@outbox-cdc/outbox/hops'

await runService({
  name: 'console',
  schema: configSchema,
  env: process.env,
  create: (config, logger) => createConsole(config, readHops(config.HOPS_FILE, process.env), logger)
})
