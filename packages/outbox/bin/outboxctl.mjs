#!/usr/bin/env node
// outboxctl in a clone.
import '@outbox-cdc/pipeline/use-addresses'

await import('../src/cli.ts')
