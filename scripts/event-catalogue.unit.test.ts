import { join } from 'node:path'
import { checkSchemas, schemaFiles } from '@outbox-cdc/outbox/avro'
import { root } from '@outbox-cdc/pipeline'
import { expect, it } from 'vitest'
import { channels, eventSchemas, staleFiles } from './event-catalogue.ts'

it('finds docs/event-catalogue.md and docs/asyncapi.yaml of each system up to date; if not, run `npm run catalogue`', async () => {
  expect(await staleFiles()).toEqual([])
})

it('finds every event as it was agreed in docs/schemas; if not, `npm run schemas -- check` says what to do', async () => {
  const findings = await checkSchemas(eventSchemas(), schemaFiles(join(root, 'docs/schemas')))
  expect(findings.filter(({ state, problems }) => state !== 'unchanged' || problems.length > 0)).toEqual([])
})

it('has a definition of its own for each consumer of a channel', () => {
  const readers = eventSchemas().read.map(({ service }) => service)
  expect(channels.flatMap(({ consumers }) => consumers).filter(name => !readers.includes(name))).toEqual([])
})
