import type { Command } from 'commander'
import { configOf } from '../connect/connector-states.ts'
import { type ConfigChange, diffConfig, isSecretKey } from '../settings/diff-config.ts'
import { isSecretReference } from '../settings/secret-references.ts'
import { connectorFiles, type Context, openSession } from './context.ts'
import { paint, tell } from './render.ts'

export function addDiff(program: Command, context: Context): void {
  program
    .command('diff [connectors...]')
    .description('show what apply would change; exit code 1 if there is a difference')
    .action(async (names: string[], _options, command: Command) => {
      const session = openSession(command, context)
      const differences = []
      for (const file of await connectorFiles(names, session)) {
        const current = await configOf(session.api, file.name)
        const changes = shown(diffConfig(current ?? {}, file.config))
        differences.push({ name: file.name, exists: current !== undefined, changes })
      }
      tell(session, differences, differences.map(each => describe(each, context)).join('\n'))
      if (differences.some(each => !each.exists || each.changes.length > 0)) context.markBad()
    })
}

type Difference = { readonly name: string; readonly exists: boolean; readonly changes: readonly ConfigChange[] }

export function describe({ name, exists, changes }: Difference, context: Context): string {
  if (!exists) return paint(`+ ${name} does not exist yet: it would be created`, 'green', context)
  if (changes.length === 0) return `  ${name}: no change`
  return [`~ ${name}`, ...changes.flatMap(change => linesOf(change, context))].join('\n')
}

/** The same changes with secrets hidden. References to secrets stay visible. */
export function shown(changes: readonly ConfigChange[]): readonly ConfigChange[] {
  const hide = (value: string | undefined) =>
    value === undefined || isSecretReference(value) || value === '[hidden]' ? value : '[hidden]'
  return changes.map(change =>
    isSecretKey(change.key) ? { ...change, from: hide(change.from), to: hide(change.to) } : change
  )
}

function linesOf({ key, from, to }: ConfigChange, context: Context): readonly string[] {
  return [
    ...(from === undefined ? [] : [paint(`  - ${key} = ${from}`, 'red', context)]),
    ...(to === undefined ? [] : [paint(`  + ${key} = ${to}`, 'green', context)])
  ]
}
