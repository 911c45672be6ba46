import { readdirSync, readFileSync } from 'node:fs'

/** In MiB. `pss` shares out what processes have in common, so that sums are true; `rss` counts it in each of them. */
export type Memory = { readonly pss: number; readonly rss: number }

type Process = Memory & { readonly pid: number; readonly parent: number }

/** The memory of a process with all that it has started: PostgreSQL is many. Linux only. */
export function memoryOfTrees(pids: readonly number[]): readonly Memory[] {
  const all = readdirSync('/proc').flatMap(name => (/^\d+$/.test(name) ? (readProcess(Number(name)) ?? []) : []))
  return pids.map(pid => sumOf(treeOf(pid, all)))
}

function treeOf(root: number, all: readonly Process[]): readonly Process[] {
  const tree = all.filter(({ pid }) => pid === root)
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid))
  return tree
}

export function sumOf(parts: readonly Memory[]): Memory {
  return { pss: parts.reduce((sum, { pss }) => sum + pss, 0), rss: parts.reduce((sum, { rss }) => sum + rss, 0) }
}

/** Undefined for one that has just ended, or that belongs to another user. */
function readProcess(pid: number): Process | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    const mib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0) / 1_024
    return { pid, parent: Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]), pss: mib('Pss'), rss: mib('Rss') }
  } catch {
    return undefined
  }
}
