import { parseArgs, type ParseArgsConfig } from 'node:util'

/** The options of a command line; an option that there is not ends with 2, and says how the script is used. */
export function optionsOrExit<const T extends NonNullable<ParseArgsConfig['options']>>(options: T, usage: string) {
  try {
    return parseArgs<{ options: T }>({ options }).values
  } catch (error) {
    return exitWithUsage(error instanceof Error ? error.message : String(error), usage)
  }
}

export function exitWithUsage(sentence: string, usage: string): never {
  console.error(`✗ ${sentence}\n\n${usage}`)
  process.exit(2)
}
