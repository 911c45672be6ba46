#!/usr/bin/env node
// Runs connectctl with a Node that runs TypeScript, whichever node started this, and lets it know the addresses of the
// pipeline that `npm start` brought up in this clone, so that it needs no arguments.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { environmentFor, findNode, run } from '../../../scripts/bootstrap.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../../..')
const node = findNode()
const flags = ['--disable-warning=TimeoutNegativeWarning']
const env = { CONNECT_DIR: join(root, 'connect-config'), ...pipelineAddresses(), ...environmentFor(node) }
process.exit(await run(node, [...flags, join(here, '../src/cli.ts'), ...process.argv.slice(2)], env))

function pipelineAddresses() {
  const file = join(process.env.DATA_DIR ?? join(root, '.data/stack'), 'pipeline.env')
  if (!existsSync(file)) return {}
  const lines = readFileSync(file, 'utf8').split('\n')
  return Object.fromEntries(lines.filter(line => /^[A-Z_]+=/.test(line)).map(line => line.split(/=(.*)/s).slice(0, 2)))
}
