import { readFile } from 'node:fs/promises'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import { ConnectctlError } from '../connect/errors.ts'
import { connectorClasses, type Engine, engineOf } from './engine.ts'
import { isOfAnother } from './known-settings.ts'
import type { Environment } from './secrets.ts'

/**
 * The settings of a connector's file, and those of the properties file CONNECT_DEFAULTS that it lacks, such as what a secured
 * cluster needs. Leaves out settings of the other database, and other connector classes as they are.
 */
export async function withDefaults(config: ConnectorConfig, environment: Environment): Promise<ConnectorConfig> {
  const path = environment['CONNECT_DEFAULTS'] ?? ''
  if (path === '' || !Object.values(connectorClasses).includes(config['connector.class'] ?? '')) return config
  const text = await readFile(path, 'utf8').catch(cause => {
    throw new ConnectctlError('NOT_FOUND', `Cannot read the file ${path} of CONNECT_DEFAULTS (${cause.code})`, {
      cause
    })
  })
  const defaults = propertiesIn(text).filter(([key]) => isFor(engineOf(config), key))
  return { ...Object.fromEntries(defaults), ...config }
}

/** The lines of a Java properties file. A backslash at the end of a line continues it. */
function propertiesIn(text: string): readonly (readonly [key: string, value: string])[] {
  const lines = text.replaceAll(/\\\r?\n[ \t]*/g, '').split(/\r?\n/)
  return lines
    .map(line => line.trim())
    .filter(line => line !== '' && !/^[#!]/.test(line))
    .map(line => {
      const [, key = line, value = ''] = /^([^=:\s]+)\s*[=:\s]\s*(.*)$/.exec(line) ?? []
      return [key, value] as const
    })
}

function isFor(engine: Engine, key: string): boolean {
  return !isOfAnother(key, engine) && (engine === 'MySQL' || !key.startsWith('schema.history.internal'))
}
