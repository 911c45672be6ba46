#!/usr/bin/env node
// outboxctl in a clone. It knows the addresses that `npm start` wrote there.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { trustExtraAuthorities } from '../src/security/index.ts'

const root = join(import.meta.dirname, '../../..')
const addresses = join(process.env.DATA_DIR ?? join(root, '.data/stack'), 'pipeline.env')
if (existsSync(addresses)) {
  process.loadEnvFile(addresses)
  // From the file itself: the environment may name other authorities, which Node has read already.
  trustExtraAuthorities(parseEnv(readFileSync(addresses, 'utf8')))
}
await import(join(import.meta.dirname, '../src/cli.ts'))
