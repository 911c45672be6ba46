import { readFile, readdir } from 'node:fs/promises'
import type { Lab } from '../harness/lab.ts'
import { countUnderWay } from '../oracle/collect-evidence.ts'

/** The state of the pipeline at one moment. */
export type Sample = {
  readonly at: number
  /** Committed, and not yet in effect. */
  readonly underWay: number
  readonly processes: Readonly<Record<string, { readonly rssMb: number; readonly handles: number }>>
}

export type Grown = { readonly what: string; readonly from: number; readonly to: number; readonly flat: boolean }

// Heaps and pools fill up while the load is new, so the first third is left out.
const warmUp = 1 / 3
const allowed = { rssMb: 48, handles: 12, underWay: 200 }
const ratio = 1.15

/** Compares the median just after the warm-up with the median at the end. Growth within the noise counts as flat. */
export function measureGrowth(samples: readonly Sample[]): readonly Grown[] {
  const warm = samples.slice(Math.floor(samples.length * warmUp))
  const quarter = Math.max(1, Math.floor(warm.length / 4))
  const compare = (what: string, pick: (sample: Sample) => number | undefined, noise: number): Grown => {
    const of = (part: readonly Sample[]) => median(part.map(pick).filter(value => value !== undefined))
    const [from, to] = [of(warm.slice(0, quarter)), of(warm.slice(-quarter))]
    return { what, from, to, flat: to <= from * ratio + noise }
  }
  const names = [...new Set(samples.flatMap(({ processes }) => Object.keys(processes)))]
  return [
    compare('events under way', ({ underWay }) => underWay, allowed.underWay),
    ...names.flatMap(name => [
      compare(`${name} memory in MB`, ({ processes }) => processes[name]?.rssMb, allowed.rssMb),
      compare(`${name} handles`, ({ processes }) => processes[name]?.handles, allowed.handles)
    ])
  ]
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/** Memory and open files of every part, as the kernel counts them, and how many events are under way. */
export async function takeSample(lab: Lab): Promise<Sample> {
  const { stack, services, settings } = lab.pipeline
  const names = [...stack.parts.map(part => part.name), ...services.keys(), 'ledger']
  // The clients' connections show how slow the answers are, not whether the service leaks handles.
  const clients = await readEstablished(settings.ports['order-service'] ?? 0)
  const looked = await Promise.all(
    names.map(async name => {
      const seen = await measureProcess(lab.part(name).pid())
      if (seen === undefined || name !== 'order-service') return [name, seen] as const
      return [name, { ...seen, handles: seen.handles - clients }] as const
    })
  )
  return {
    at: Date.now(),
    underWay: await countUnderWay(lab),
    processes: Object.fromEntries(looked.filter((entry): entry is [string, Measured] => entry[1] !== undefined))
  }
}

type Measured = Sample['processes'][string]

async function measureProcess(pid: number | undefined): Promise<Measured | undefined> {
  if (pid === undefined) return undefined
  const [status, open] = await Promise.all([readFile(`/proc/${pid}/status`, 'utf8'), readdir(`/proc/${pid}/fd`)])
  const kb = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1])
  return { rssMb: Math.round(kb / 1024), handles: open.length }
}

async function readEstablished(port: number): Promise<number> {
  const tables = await Promise.all(['tcp', 'tcp6'].map(name => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')))
  return tables.reduce((sum, table) => sum + countEstablished(table, port), 0)
}

/** Counts the established connections to a local port in a table such as /proc/net/tcp. */
export function countEstablished(table: string, port: number): number {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return table.split('\n').filter(line => {
    const [, local = '', , state] = line.trim().split(/\s+/)
    return local.endsWith(wanted) && state === '01'
  }).length
}
