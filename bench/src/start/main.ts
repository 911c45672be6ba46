import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { exitWithUsage, freePorts, optionsOrExit, readCommandLine, root } from '@outbox-cdc/pipeline'
import { endLeftovers } from '@outbox-cdc/stack'
import { describeHost } from '../lab/machine.ts'
import { saveRecord } from '../report/records.ts'
import { type AtRest, watchAtRest } from './at-rest.ts'
import { npmStart, type Started } from './npm-start.ts'

// How long a system takes to start, and what it takes at rest.
const usage = `npm run measure:start [-- SYSTEM]   runs npm start in a folder of its own and on free ports: once with new data,
                                    then three times with the data that are there; prints the seconds of each step, and
                                    what each process takes in a minute in which nothing happens; the result goes to
                                    bench/results/start.json. Takes about four minutes. Linux only`

const warmStarts = 3
/** Until the JVMs have compiled what the start ran, and clients have found each other. */
const settleMs = 30_000
const restMs = 60_000
const { positionals } = optionsOrExit({}, usage, true)
const read = await readCommandLine(positionals, {}).catch(error => exitWithUsage(error.message, usage))
if ('help' in read || process.platform !== 'linux') exitWithUsage('It reads /proc, which only Linux has.', usage)
const startedAt = new Date().toISOString()
const { name } = read.system
const { cpu, cores, memoryGb, system, commit, loadBefore } = describeHost()
console.log(`${name} at ${commit}: ${cores} cores of ${cpu}, ${memoryGb} GB, ${system}; load ${loadBefore}`)

const dir = join(root, '.data/measure-start')
if (!(await endLeftovers(join(dir, 'run'))))
  exitWithUsage(`npm start runs in ${dir}: npm run measure:start is running already, or was killed.`, usage)
await rm(dir, { recursive: true, force: true })
await mkdir(dir, { recursive: true })
const settings = { ...read, dir, ports: await freePorts(read.system) }
let running: Started | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void running?.stop().finally(() => process.exit(130)))

try {
  const newDataSeconds = await start('with new data')
  const warmSeconds: number[] = []
  for (let number = 1; number <= warmStarts; number++) {
    await running?.stop()
    warmSeconds.push(await start(`warm, ${number} of ${warmStarts}`))
  }
  console.log(`\nAt rest for ${(settleMs + restMs) / 1_000} s …\n`)
  await sleep(settleMs)
  const processes = await watchAtRest(dir, restMs)
  printAtRest(processes)
  const of = (figure: (each: AtRest) => number) => Object.fromEntries(processes.map(each => [each.name, figure(each)]))
  const cpuPercent = of(each => each.cpuPercent)
  const memoryMb = of(({ pss }) => Math.round(pss))
  const file = await saveRecord('start', { of: name, startedAt, newDataSeconds, warmSeconds, cpuPercent, memoryMb })
  console.log(`The result is ${file}. npm run bench -- --report shows it.`)
} finally {
  await running?.stop()
  await rm(dir, { recursive: true, force: true })
}

async function start(how: string): Promise<number> {
  console.log(`\nnpm start -- ${name}, ${how}:`)
  running = await npmStart(settings, line => console.log(line))
  console.log(`Ready after ${running.seconds} s, npm and all.`)
  return running.seconds
}

function printAtRest(processes: readonly AtRest[]): void {
  const line = (...cells: readonly string[]) =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(20) : cell.padStart(12)))
  const print = (...cells: readonly string[]) => console.log(line(...cells).join(' '))
  const total = (figure: (each: AtRest) => number) => processes.reduce((sum, each) => sum + figure(each), 0)
  print('', 'CPU % a core', 'PSS MiB', 'RSS MiB')
  for (const each of processes.toSorted((one, other) => other.cpuPercent - one.cpuPercent))
    print(each.name, each.cpuPercent.toFixed(1), each.pss.toFixed(0), each.rss.toFixed(0))
  const all = [
    total(each => each.cpuPercent).toFixed(1),
    total(({ pss }) => pss).toFixed(0),
    total(({ rss }) => rss).toFixed(0)
  ]
  print('sum', ...all)
  console.log('\nPSS shares out the pages that processes have in common, so its sum is what the system takes.')
}
