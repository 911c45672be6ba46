import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { livingProcesses } from '@outbox-cdc/stack'
import { round } from '../stats.ts'
import { sumOf, type Usage, usageOfTrees } from './process-trees.ts'

/** What one process takes while nothing happens. */
export type AtRest = Usage & { readonly name: string; readonly cpuPercent: number }

/** Watches the processes of a started system for `restMs`. */
export async function watchAtRest(dir: string, restMs: number): Promise<readonly AtRest[]> {
  // A reading takes a moment itself, so the time counts from the start of one to the start of the other.
  const began = performance.now()
  const before = await usageByName(dir)
  await sleep(restMs)
  const tookMs = performance.now() - began
  const after = await usageByName(dir)
  return [...after].map(([name, usage]) => {
    const cpuMs = usage.cpuMs - (before.get(name)?.cpuMs ?? 0)
    return { name, ...usage, cpuPercent: round((100 * cpuMs) / tookMs, 1) }
  })
}

async function usageByName(dir: string): Promise<ReadonlyMap<string, Usage>> {
  const records = await livingProcesses(join(dir, 'run'))
  const trees = usageOfTrees(records.map(({ pid }) => pid))
  const parts = records.flatMap(({ name }, at) => {
    const usage = trees[at]
    return usage === undefined ? [] : [{ name, usage }]
  })
  const others = sumOf(parts.filter(({ name }) => name !== 'starter').map(({ usage }) => usage))
  // What the starter has started is part of its tree.
  const alone = ({ pss, rss, cpuMs }: Usage) => ({
    pss: pss - others.pss,
    rss: rss - others.rss,
    cpuMs: cpuMs - others.cpuMs
  })
  return new Map(parts.map(({ name, usage }) => [name, name === 'starter' ? alone(usage) : usage]))
}
