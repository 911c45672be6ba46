import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { catalogueFiles, root, staleFiles } from './event-catalogue.ts'

// Writes what the event definitions say into docs/.
const stale = await staleFiles()
for (const [path, text] of catalogueFiles()) {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
}
console.log(stale.length === 0 ? 'docs are up to date' : `wrote ${stale.join(' and ')}`)
