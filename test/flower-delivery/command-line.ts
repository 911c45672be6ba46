import { availableParallelism, cpus } from 'node:os'
import { exitWithUsage } from '@outbox-cdc/pipeline'

/** Prints what the figures are measured on, and returns what prints a line behind the seconds since now. */
export function startReport(...facts: readonly string[]): (line: string) => void {
  const began = performance.now()
  const cpu = `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'})`
  console.log([cpu, `Node ${process.version}`, ...facts].join(', '))
  return line => console.log(`${((performance.now() - began) / 1_000).toFixed(0).padStart(5)} s  ${line}`)
}

/** Reads the values of options as whole numbers, or ends with the usage. */
export function wholeNumbers<Name extends string>(
  values: Readonly<Record<Name, string>>,
  names: readonly Name[],
  { least, most, usage }: { readonly least: number; readonly most: number; readonly usage: string }
): Record<Name, number> {
  const numbers = names.map(name => {
    const value = Number(values[name])
    if (/^\d+$/.test(values[name]) && value >= least && value <= most) return [name, value] as const
    return exitWithUsage(`--${name} takes a whole number from ${least} to ${most}, not "${values[name]}"`, usage)
  })
  return Object.fromEntries(numbers) as Record<Name, number>
}
