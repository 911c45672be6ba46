import { readdirSync, readFileSync } from 'node:fs'
import { usageOf } from '../lab/usage.ts'

/**
 * Memory in MiB: `pss` shares out what processes have in common, so that sums are true; `rss` counts it in each of them.
 * CPU in milliseconds since the start.
 */
export type Usage = { readonly pss: number; readonly rss: number; readonly cpuMs: number }

type Process = Usage & { readonly pid: number; readonly parent: number }

/** What a process uses with all that it has started: PostgreSQL is many. Linux only. */
export function usageOfTrees(pids: readonly number[]): readonly Usage[] {
  const all = readdirSync('/proc').flatMap(name => (/^\d+$/.test(name) ? (readProcess(Number(name)) ?? []) : []))
  return pids.map(pid => sumOf(treeOf(pid, all)))
}

function treeOf(root: number, all: readonly Process[]): readonly Process[] {
  const tree = all.filter(({ pid }) => pid === root)
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid))
  return tree
}

export function sumOf(parts: readonly Usage[]): Usage {
  const sum = (key: keyof Usage) => parts.reduce((total, part) => total + part[key], 0)
  return { pss: sum('pss'), rss: sum('rss'), cpuMs: sum('cpuMs') }
}

/** Undefined for one that has just ended, or that belongs to another user. */
function readProcess(pid: number): Process | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    const mib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0) / 1_024
    const parent = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1])
    return { pid, parent, pss: mib('Pss'), rss: mib('Rss'), cpuMs: usageOf(pid).cpuMs }
  } catch {
    return undefined
  }
}
