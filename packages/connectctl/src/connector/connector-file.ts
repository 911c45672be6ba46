import { readFile } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import { ConnectctlError } from '../connect/errors.ts'
import type { Environment } from '../settings/secret-references.ts'

export type ConnectorFile = { readonly name: string; readonly path: string; readonly config: ConnectorConfig }

/** Reads a connector from `NAME.json` or `NAME.ts` (its `config` export) and fills in `${NAME}` from `environment`. */
export async function readConnectorFile(path: string, environment: Environment): Promise<ConnectorFile> {
  const raw = extname(path) === '.json' ? await readJson(path) : await importConfig(path)
  const config = Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, String(value)]))
  return { name: basename(path, extname(path)), path, config: expandReferences(config, environment) }
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

async function readJson(path: string): Promise<Record<string, unknown>> {
  try {
    return bareConfig(JSON.parse(await readFile(path, 'utf8')), path)
  } catch (cause) {
    if (cause instanceof ConnectctlError) throw cause
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw new ConnectctlError('NOT_FOUND', `There is no connector file ${path}`, { cause })
    throw new ConnectctlError('CONFIG_INVALID', `Cannot read ${path}: ${(cause as Error).message}`, { cause })
  }
}

async function importConfig(path: string): Promise<Record<string, unknown>> {
  const module = (await import(pathToFileURL(resolve(path)).href)) as { config?: unknown }
  return bareConfig(module.config, path)
}

function bareConfig(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ConnectctlError('CONFIG_INVALID', `${path} must hold one object of connector settings`)
  if ('config' in value && 'name' in value)
    throw new ConnectctlError(
      'CONFIG_INVALID',
      `${path} holds {name, config}: keep only what is inside config, the file's name is the connector's name`
    )
  return value as Record<string, unknown>
}
