import { join } from 'node:path'
import { createRegistryPart, findRegistryEngine, freePort, registryUrls } from '@outbox-cdc/stack'
import { type Lab } from './lab.ts'
import { stopProcess } from './processes.ts'

export type Registry = ReturnType<typeof registryUrls>

/** Starts a schema registry beside the lab for as long as `work` takes. Rejects where none can be had. */
export async function withRegistry<T>(lab: Lab, work: (registry: Registry) => Promise<T>): Promise<T> {
  const { dir } = lab.settings
  const engine = await findRegistryEngine((_, fetching) => fetching())
  const port = await freePort()
  const folders = { dir: join(dir, 'registry'), logDir: join(dir, 'logs'), runDir: join(dir, 'run') }
  const part = await createRegistryPart({ ...folders, engine, port })
  lab.running.set('registry', part)
  try {
    await part.start()
    return await work(registryUrls(port))
  } finally {
    await stopProcess(lab, 'registry')
  }
}
