import { readFile, readdir } from 'node:fs/promises'
import type { Lab } from '../harness/lab.ts'
import { countUnderWay } from '../oracle/collect.ts'
import { countEstablished } from './established.ts'
import type { Sample } from './flat.ts'

/** Memory and open files of every part, as the kernel counts them, and how many events are under way. */
export async function takeSample(lab: Lab): Promise<Sample> {
  const { stack, services, settings } = lab.pipeline
  const names = [...stack.parts.map(part => part.name), ...services.keys(), 'ledger']
  // As many as the clients of the load keep open: that says how slow the answers are, and nothing of the service.
  const clients = await readEstablished(settings.ports['order-service'] ?? 0)
  const looked = await Promise.all(
    names.map(async name => {
      const seen = await look(lab.part(name).pid())
      if (seen === undefined || name !== 'order-service') return [name, seen] as const
      return [name, { ...seen, handles: seen.handles - clients }] as const
    })
  )
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

async function readEstablished(port: number): Promise<number> {
  const tables = await Promise.all(['tcp', 'tcp6'].map(name => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')))
  return tables.reduce((sum, table) => sum + countEstablished(table, port), 0)
}
