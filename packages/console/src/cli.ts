#!/usr/bin/env node
import { runService } from '@outbox-cdc/service-kit'
import { configSchema } from './config.ts'
import { createConsole } from './console.ts'

await runService({ name: 'console', schema: configSchema, env: process.env, create: createConsole })
