import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, parse, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { portProblems } from './ports.ts'
import { type System, problemsOf } from './system.ts'

export const root = join(import.meta.dirname, '../../..')
export const defaultSystem = 'orders-and-deliveries'

/** The system `systems/NAME.ts`, or the one in another TypeScript file; throws a sentence when it can't be started. */
export async function loadSystem(name: string = defaultSystem): Promise<System> {
  const file = name.endsWith('.ts') ? resolve(name) : join(root, 'systems', `${name}.ts`)
  if (!existsSync(file))
    throw new Error(`There is no system "${name}". There are: ${(await systemNames()).join(', ')}.`)
  const { system } = (await import(pathToFileURL(file).href)) as { system?: System }
  if (system === undefined) throw new Error(`${file} exports no "system".`)
  const problems = [...problemsOf(system), ...portProblems(system)]
  if (problems.length > 0) throw new Error(`${file} describes no system that can start:\n${problems.join('\n')}`)
  return system
}

export async function systemNames(): Promise<readonly string[]> {
  const files = await readdir(join(root, 'systems'))
  return files.flatMap(file => (file.endsWith('.ts') ? [parse(file).name] : [])).toSorted()
}
