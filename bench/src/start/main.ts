import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  exitWithUsage,
  freePorts,
  optionsOrExit,
  type Pipeline,
  progressLines,
  readCommandLine,
  root,
  startPipeline
} from '@outbox-cdc/pipeline'
import { livingProcesses, ownFolder } from '@outbox-cdc/stack'
import { describeHost } from '../lab/machine.ts'
import { memoryOfTrees, sumOf } from './memory.ts'

// How long a system takes to start with new data, and how much memory it takes at rest.
const usage = `npm run measure:start [-- SYSTEM]   starts a system with new data, on free ports and with engines that are
                                    fetched already; prints the seconds of each step and, after a minute in which
                                    nothing happens, the memory of each process; then stops it. Linux only`

const restMs = 60_000
const { positionals } = optionsOrExit({}, usage, true)
const read = await readCommandLine(positionals, {}).catch(error => exitWithUsage(error.message, usage))
if ('help' in read || process.platform !== 'linux') exitWithUsage('It reads /proc, which only Linux has.', usage)
const { cpu, cores, memoryGb, system, commit, loadBefore } = describeHost()
console.log(
  `${read.system.name} at ${commit}: ${cores} cores of ${cpu}, ${memoryGb} GB, ${system}; load ${loadBefore}\n`
)

const dir = join(root, '.data/measure-start')
await ownFolder(join(dir, 'run'))
await rm(dir, { recursive: true, force: true })
await mkdir(dir, { recursive: true })
const began = Date.now()
const settings = { ...read, dir, ports: await freePorts(read.system) }
const pipeline: Pipeline = await startPipeline(settings, {
  progress: progressLines(process.stdout),
  onLog: () => undefined
})
try {
  console.log(`\nReady in ${((Date.now() - began) / 1_000).toFixed(1)} s. At rest for ${restMs / 1_000} s …\n`)
  await sleep(restMs)
  printMemory(await memoryByName())
} finally {
  await pipeline.stop()
  await rm(dir, { recursive: true, force: true })
}

async function memoryByName() {
  const parts = (await livingProcesses(join(dir, 'run'))).filter(({ pid }) => pid !== process.pid)
  const found = memoryOfTrees([...parts.map(({ pid }) => pid), process.pid])
  // What this process has started is part of its tree.
  const others = sumOf(found.slice(0, -1))
  const own = found.at(-1) ?? { pss: 0, rss: 0 }
  const rows = parts.map(({ name }, at) => ({ name, ...(found[at] ?? { pss: 0, rss: 0 }) }))
  return [...rows, { name: 'starter', pss: own.pss - others.pss, rss: own.rss - others.rss }]
}

function printMemory(rows: readonly { readonly name: string; readonly pss: number; readonly rss: number }[]): void {
  const line = (name: string, pss: string, rss: string) => `${name.padEnd(20)} ${pss.padStart(8)} ${rss.padStart(8)}`
  console.log(line('MiB', 'PSS', 'RSS'))
  const all = { name: 'sum', ...sumOf(rows) }
  for (const { name, pss, rss } of [...rows.toSorted((a, b) => b.pss - a.pss), all])
    console.log(line(name, pss.toFixed(0), rss.toFixed(0)))
  console.log('\nPSS shares out the pages that processes have in common, so its sum is what the system takes.')
}
