import { existsSync, readFileSync } from 'node:fs'
import type { Lab } from './lab.ts'

export type Usage = { readonly cpuMs: number; readonly rssMb: number }

/** What each process has used since its start, by name. Zero on systems without /proc. */
export function readUsage(lab: Lab): ReadonlyMap<string, Usage> {
  const pids = [
    ...lab.stack.parts.map(part => [part.name, part.pid()] as const),
    ...[...lab.running].map(([name, part]) => [name, part.pid()] as const)
  ]
  return new Map(pids.flatMap(([name, pid]) => (pid === undefined ? [] : [[name, usageOf(pid)] as const])))
}

/** CPU milliseconds of each process between two readings, or since its start if it is newer. */
export function cpuBetween(
  before: ReadonlyMap<string, Usage>,
  after: ReadonlyMap<string, Usage>
): Record<string, number> {
  return Object.fromEntries([...after].map(([name, { cpuMs }]) => [name, cpuMs - (before.get(name)?.cpuMs ?? 0)]))
}

export function memoryOf(usage: ReadonlyMap<string, Usage>): Record<string, number> {
  return Object.fromEntries([...usage].map(([name, { rssMb }]) => [name, rssMb]))
}

export function usageOf(pid: number): Usage {
  if (!existsSync(`/proc/${pid}/stat`)) return { cpuMs: 0, rssMb: 0 }
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name in parentheses may hold spaces. Times are in ticks, a hundred a second on Linux.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  const rssKb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  return { cpuMs: ticks * 10, rssMb: Math.round(rssKb / 1024) }
}
