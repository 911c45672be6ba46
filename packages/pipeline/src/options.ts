import { parseArgs, type ParseArgsConfig } from 'node:util'
import { readSettings } from './settings.ts'

type Options = NonNullable<ParseArgsConfig['options']>

/**
 * Reads a script's options and, where it takes them, its further arguments. `--help` prints `usage` and ends with 0; an
 * unknown option prints it too and ends with 2.
 */
export function optionsOrExit<const T extends Options>(options: T, usage: string, allowPositionals = false) {
  if (process.argv.slice(2).includes('--help')) exitWithHelp(usage)
  try {
    const { values, positionals } = parseArgs<{ options: T; allowPositionals: boolean }>({ options, allowPositionals })
    return { ...values, positionals }
  } catch (error) {
    return exitWithUsage(error instanceof Error ? error.message : String(error), usage)
  }
}

/** The options of a script for one system, with the settings of the system that the arguments name; `--secure` is one. */
export async function systemOrExit<const T extends Options>(options: T, usage: string) {
  const values = optionsOrExit({ ...options, secure: { type: 'boolean', default: false } as const }, usage, true)
  const secure = 'secure' in values && values.secure === true
  const read = readSettings(process.env, values.positionals[0], secure)
  return { ...values, settings: await read.catch(error => exitWithUsage(error.message, usage)) }
}

export function exitWithHelp(usage: string): never {
  console.log(usage)
  process.exit(0)
}

export function exitWithUsage(sentence: string, usage: string): never {
  console.error(`✗ ${sentence}\n\n${usage}`)
  process.exit(2)
}
