import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '@outbox-cdc/pipeline'
import { catalogueFiles, staleFiles } from './event-catalogue.ts'

// Writes docs/event-catalogue.md and docs/asyncapi.yaml from the event definitions.
const stale = await staleFiles()
for (const [path, text] of catalogueFiles()) await writeFile(join(root, path), text)
console.log(stale.length === 0 ? 'The docs are up to date' : `Wrote ${stale.join(' and ')}`)
