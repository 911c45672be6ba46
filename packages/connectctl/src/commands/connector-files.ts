import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { ConnectctlError } from '../connect/errors.ts'
import { type ConnectorFile, readConnectorFile } from '../connector/connector-file.ts'
import type { Environment } from '../settings/secret-references.ts'

type Folder = { readonly dir: string; readonly environment: Environment }

/** The files named on the command line, by path or by connector name; by default all files of the folder. */
export async function connectorFiles(names: readonly string[], folder: Folder): Promise<readonly ConnectorFile[]> {
  const wanted = await namesOrAll(names, folder)
  if (wanted.length === 0) throw new ConnectctlError('NOT_FOUND', `${folder.dir} has no connector file`)
  return Promise.all(wanted.map(name => readConnectorFile(pathOf(name, folder.dir), folder.environment)))
}

/** The connectors named on the command line, by name or by path; by default those of the folder's files. */
export async function connectorNames(names: readonly string[], folder: Folder): Promise<readonly string[]> {
  const wanted = await namesOrAll(names, folder)
  return wanted.map(name => (isConnectorFile(name) ? basename(name, extname(name)) : name))
}

async function namesOrAll(names: readonly string[], { dir }: Folder): Promise<readonly string[]> {
  if (names.length > 0) return names
  const found = await readdir(dir).catch(cause => {
    throw new ConnectctlError('NOT_FOUND', `There is no folder ${dir}; name a connector file, or use --dir`, { cause })
  })
  const files = found.filter(isConnectorFile).toSorted()
  return files.map(name => join(dir, name))
}

function pathOf(name: string, dir: string): string {
  if (isConnectorFile(name)) return name
  const typescript = join(dir, `${name}.ts`)
  return existsSync(typescript) ? typescript : join(dir, `${name}.json`)
}

function isConnectorFile(name: string): boolean {
  return /\.(json|ts)$/.test(name) && !name.endsWith('.test.ts')
}
