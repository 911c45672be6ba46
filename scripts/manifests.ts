import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exitWithUsage } from '@outbox-cdc/pipeline'
import { folder, manifests } from '../deploy/manifests/manifests.ts'

const usage = `Usage: npm run manifests            writes the Kubernetes manifests in deploy/flower-delivery/base
       npm run manifests -- check   says which of them are not up to date; exit code 1 if there are any`

/** The files that differ from what the description says, with what they should be; undefined for one too many. */
export async function changes(): Promise<ReadonlyMap<string, string | undefined>> {
  const wanted = await manifests()
  await mkdir(folder, { recursive: true })
  const there = await readdir(folder)
  const extra = there.filter(name => name.endsWith('.yaml') && !(name in wanted))
  const changed = new Map<string, string | undefined>(extra.map(name => [name, undefined]))
  for (const [name, text] of Object.entries(wanted)) {
    const old = there.includes(name) ? await readFile(join(folder, name), 'utf8') : undefined
    if (old !== text) changed.set(name, text)
  }
  return changed
}

if (import.meta.main) {
  const [command, ...more] = process.argv.slice(2)
  if ((command !== undefined && command !== 'check') || more.length > 0)
    exitWithUsage(`Expected check or nothing, not ${process.argv.slice(2).join(' ')}`, usage)
  const changed = await changes()
  for (const [name, text] of changed) {
    console.log(`${command === 'check' ? '✗' : '→'} deploy/flower-delivery/base/${name}`)
    if (command === 'check') process.exitCode = 1
    else if (text === undefined) await rm(join(folder, name))
    else await writeFile(join(folder, name), text)
  }
}
