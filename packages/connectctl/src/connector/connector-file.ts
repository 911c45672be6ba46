import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ConnectorConfig, NamedConfig } from '../connect/connect-api.ts'
import { ConnectctlError } from '../connect/errors.ts'
import { withDefaults } from '../settings/connector-defaults.ts'
import type { Environment } from '../settings/secrets.ts'

/** Named by its file. */
export type ConnectorFile = NamedConfig

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

/** The file of a connector that is named on the command line, by path or by name. */
export function pathOf(name: string, dir: string): string {
  if (isConnectorFile(name)) return name
  const typescript = join(dir, `${name}.ts`)
  return existsSync(typescript) ? typescript : join(dir, `${name}.json`)
}

function isConnectorFile(name: string): boolean {
  return /\.(json|ts)$/.test(name) && !name.endsWith('.test.ts')
}

/**
 * Reads a connector from `NAME.json` or `NAME.ts` (its `config` export), adds the settings of CONNECT_DEFAULTS that it lacks,
 * and fills in `${NAME}` from `environment`.
 */
export async function readConnectorFile(path: string, environment: Environment): Promise<ConnectorFile> {
  const raw = await readSettings(path)
  const config = Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, String(value)]))
  return {
    name: basename(path, extname(path)),
    config: expandReferences(await withDefaults(config, environment), environment)
  }
}

/** Replaces `${UPPER_CASE}` in every value. `${provider:…}` is left for the worker, so no secret passes here. */
export function expandReferences(config: ConnectorConfig, environment: Environment): ConnectorConfig {
  const missing = new Set<string>()
  const expand = (value: string): string =>
    value.replace(/\$\{([A-Z][A-Z0-9_]*)\}/g, (whole, name: string) => {
      const found = environment[name]
      if (found === undefined) missing.add(name)
      return found ?? whole
    })
  const expanded = Object.fromEntries(Object.entries(config).map(([key, value]) => [key, expand(value)]))
  if (missing.size > 0) {
    const names = [...missing].join(', ')
    throw new ConnectctlError('VARIABLE_MISSING', `The connector's file needs variables that are not set: ${names}`)
  }
  return expanded
}

async function readSettings(path: string): Promise<object> {
  const settings = await readRaw(path).catch(cause => {
    if (cause.code === 'ENOENT') throw new ConnectctlError('NOT_FOUND', `There is no connector file ${path}`, { cause })
    throw new ConnectctlError('CONFIG_INVALID', `Cannot read ${path}: ${cause.message}`, { cause })
  })
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings))
    throw new ConnectctlError('CONFIG_INVALID', `${path} must hold one object of connector settings`)
  if ('config' in settings && 'name' in settings)
    throw new ConnectctlError(
      'CONFIG_INVALID',
      `${path} holds {name, config}: keep only what is inside config, the file's name is the connector's name`
    )
  return settings
}

async function readRaw(path: string): Promise<unknown> {
  if (extname(path) === '.json') return JSON.parse(await readFile(path, 'utf8'))
  return ((await import(pathToFileURL(resolve(path)).href)) as { config?: unknown }).config
}
