import { access, constants, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ConnectApi, ConnectorOffsets } from '../connect/connect-api.ts'
import { pathOf } from '../connect/connector-states.ts'
import { ConnectctlError } from '../connect/errors.ts'

const folderIn = (dir: string) => join(dir, 'saved-offsets')

/** Checks, before the connector is stopped, that its offsets can be saved. */
export async function requireFolder(dir: string): Promise<void> {
  const folder = folderIn(dir)
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK)
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code
    const message = `Offsets cannot be saved in ${folder} (${reason}), and nothing was changed: name a folder with --dir`
    throw new ConnectctlError('NOT_FOUND', message, { cause })
  }
}

/** Writes the connector's offsets to a file before they change, and returns the path. */
export async function saveOffsets(api: ConnectApi, name: string, dir: string): Promise<string> {
  const offsets = await readOffsets(api, name)
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-')
  const file = join(folderIn(dir), `${name}-${stamp}.json`)
  await writeFile(file, `${JSON.stringify(offsets, undefined, 2)}\n`)
  return file
}

export function readOffsets(api: ConnectApi, name: string): Promise<ConnectorOffsets> {
  return api.request<ConnectorOffsets>('GET', pathOf(name, '/offsets'))
}
