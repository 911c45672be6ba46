import { access, constants, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ConnectApi, ConnectorOffsets, ConnectorStatus } from '../connect/connect-api.ts'
import { halt, pathOf } from '../connect/connector-states.ts'
import { ConnectctlError } from '../connect/errors.ts'

type Saving = { readonly dir: string; readonly timeoutMs: number }

/**
 * Stops a connector and saves its offsets to a file, before they change. Changes nothing if no file can be written.
 * Returns the file's path, and whether the connector ran or was paused before.
 */
export async function stopAndSaveOffsets(api: ConnectApi, name: string, { dir, timeoutMs }: Saving) {
  const folder = join(dir, 'saved-offsets')
  await requireFolder(folder)
  const { connector } = await api.request<ConnectorStatus>('GET', pathOf(name, '/status'))
  await halt(api, name, { verb: 'stop', timeoutMs })
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-')
  const savedOffsets = join(folder, `${name}-${stamp}.json`)
  await writeFile(savedOffsets, `${JSON.stringify(await readOffsets(api, name), undefined, 2)}\n`)
  return { savedOffsets, ran: connector.state !== 'STOPPED' }
}

async function requireFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK)
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code
    const message = `Offsets cannot be saved in ${folder} (${reason}), and nothing was changed: name a folder with --dir`
    throw new ConnectctlError('NOT_FOUND', message, { cause })
  }
}

export function readOffsets(api: ConnectApi, name: string): Promise<ConnectorOffsets> {
  return api.request('GET', pathOf(name, '/offsets'))
}
