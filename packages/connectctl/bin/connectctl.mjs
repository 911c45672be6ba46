#!/usr/bin/env node
// connectctl in a clone. It knows the addresses that `npm start` wrote there, so that it needs no arguments.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { trustExtraAuthorities } from '@outbox-cdc/outbox/security'

const root = join(import.meta.dirname, '../../..')
const addresses = join(process.env.DATA_DIR ?? join(root, '.data/stack'), 'pipeline.env')
if (existsSync(addresses)) {
  process.loadEnvFile(addresses)
  // From the file itself: the environment may name other authorities, which Node has read already.
  trustExtraAuthorities(parseEnv(readFileSync(addresses, 'utf8')))
}
process.env.CONNECT_DIR ??= join(root, 'connect-config')
await import(join(import.meta.dirname, '../src/cli.ts'))
