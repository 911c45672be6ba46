import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ConnectApi, ConnectorOffsets } from './connect-api.ts'

/** Writes the connector's offsets to a file of their own before anything changes them, and answers its path. */
export async function saveOffsets(api: ConnectApi, name: string, dir: string): Promise<string> {
  const offsets = await readOffsets(api, name)
  const folder = join(dir, 'saved-offsets')
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-')
  const file = join(folder, `${name}-${stamp}.json`)
  await mkdir(folder, { recursive: true })
  await writeFile(file, `${JSON.stringify(offsets, undefined, 2)}\n`)
  return file
}

export function readOffsets(api: ConnectApi, name: string): Promise<ConnectorOffsets> {
  return api.request<ConnectorOffsets>('GET', `/connectors/${encodeURIComponent(name)}/offsets`)
}
