#!/usr/bin/env node
// Runs outboxctl with a Node that runs TypeScript, whichever node started this.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { environmentFor, findNode, run } from '../../../scripts/bootstrap.mjs'

const cli = join(dirname(fileURLToPath(import.meta.url)), '../src/cli.ts')
const node = findNode()
const flags = ['--disable-warning=TimeoutNegativeWarning']
process.exit(await run(node, [...flags, cli, ...process.argv.slice(2)], environmentFor(node)))
