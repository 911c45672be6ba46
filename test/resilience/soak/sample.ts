import { readFile, readdir } from 'node:fs/promises'
import type { Lab } from '../harness/lab.ts'
import { countUnderWay } from '../oracle/collect.ts'
import type { Sample } from './flat.ts'

/** Memory and open files of every part, as the kernel counts them, and how many events are under way. */
export async function takeSample(lab: Lab): Promise<Sample> {
  const { stack, services } = lab.pipeline
  const names = [...stack.parts, ...services.keys(), 'ledger']
  const looked = await Promise.all(names.map(async name => [name, await look(lab.part(name).pid())] as const))
  return {
    at: Date.now(),
    underWay: await countUnderWay(lab.db),
    processes: Object.fromEntries(looked.filter((entry): entry is [string, Look] => entry[1] !== undefined))
  }
}

type Look = Sample['processes'][string]

async function look(pid: number | undefined): Promise<Look | undefined> {
  if (pid === undefined) return undefined
  const [status, open] = await Promise.all([readFile(`/proc/${pid}/status`, 'utf8'), readdir(`/proc/${pid}/fd`)])
  const kb = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1])
  return { rssMb: Math.round(kb / 1024), handles: open.length }
}
