#!/usr/bin/env node
// connectctl in a clone. It knows the addresses that `npm start` wrote there, so that it needs no arguments.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { trustExtraAuthorities } from '@outbox-cdc/outbox/security'
import tls from 'node:tls'

const root = join(import.meta.dirname, '../../..')
const addresses = join(process.env.DATA_DIR ?? join(root, '.data/stack'), 'pipeline.env')
const { NODE_EXTRA_CA_CERTS: known } = process.env
if (existsSync(addresses)) process.loadEnvFile(addresses)
trustExtraAuthorities(process.env)
// Node reads this variable at its start only.
const { NODE_EXTRA_CA_CERTS: authority } = process.env
if (authority !== known)
  tls.setDefaultCACertificates?.([...tls.getCACertificates('default'), readFileSync(authority, 'utf8')])
process.env.CONNECT_DIR ??= join(root, 'connect-config')
await import(join(import.meta.dirname, '../src/cli.ts'))
