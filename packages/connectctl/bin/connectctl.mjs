#!/usr/bin/env node
// connectctl in a clone.
import { join } from 'node:path'
import '@outbox-cdc/pipeline/use-addresses'

process.env.CONNECT_DIR ??= join(import.meta.dirname, '../../../connect-config')
await import('../src/cli.ts')
