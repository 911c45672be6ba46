import { join } from 'node:path'
import { createRegistryPart, findRegistryEngine, freePort, registryUrl } from '@outbox-cdc/stack'
import { type Lab } from './lab.ts'
import { stopProcess } from './processes.ts'

/** Runs `work` with the address of a schema registry that runs beside the lab. Rejects where none can be started. */
export async function withRegistry<T>(lab: Lab, work: (registryUrl: string) => Promise<T>): Promise<T> {
  const { dir } = lab.settings
  const engine = await findRegistryEngine((_, fetching) => fetching())
  const port = await freePort()
  const folders = { dir: join(dir, 'registry'), logDir: join(dir, 'logs'), runDir: join(dir, 'run') }
  const part = await createRegistryPart({ ...folders, engine, port })
  lab.running.set('registry', part)
  try {
    await part.start()
    return await work(registryUrl(port))
  } finally {
    await stopProcess(lab, 'registry')
  }
}
