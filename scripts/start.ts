import { join } from 'node:path'
import { StackError, endProcesses, forgetProcess, livingProcesses } from '@outbox-cdc/stack'
import {
  exitWithHelp,
  exitWithUsage,
  type Settings,
  progressLines,
  readCommandLine,
  startPipeline,
  welcome
} from '@outbox-cdc/pipeline'
import { prettyFactory } from 'pino-pretty'

// npm start [-- SYSTEM]: starts everything, prints the addresses, then the services' logs, until Ctrl-C.
const read = await readCommandLine(process.argv.slice(2), process.env).catch(error =>
  exitWithUsage(error.message, 'All options: npm start -- --help')
)
const settings = 'help' in read ? exitWithHelp(read.help) : read
const began = Date.now()
const linesBeforeReady: string[] = []
const pretty = prettyFactory({
  colorize: process.stdout.isTTY,
  singleLine: true,
  ignore: 'pid,hostname,name',
  translateTime: 'SYS:HH:MM:ss.l'
})
let isUp = false
let stopping: Promise<void> | undefined
let stoppingSince = 0

process.stdout.on('error', () => void stop()) // the reader has ended: `npm start | head`
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop())

const pipeline = startPipeline(settings, {
  progress: progressLines(process.stdout),
  onLog: (name, line) =>
    isUp ? console.log(name.padEnd(16), pretty(line).trimEnd()) : linesBeforeReady.push(`${name}: ${line}`),
  onRestart: line => console.log(`! ${line}`)
})

try {
  const { addresses } = await pipeline
  console.log(welcome(settings, addresses, Date.now() - began))
  isUp = true
} catch (error) {
  if (stopping === undefined) fail(error)
}

/** The first Ctrl-C stops everything in order, a second one kills it. */
async function stop(): Promise<void> {
  if (stopping !== undefined) {
    // npm, a terminal and a supervisor may each pass on the same signal: only a later one is a second Ctrl-C.
    if (Date.now() - stoppingSince < 1_000) return
    await endRecorded(0)
    process.exit(1)
  }
  stoppingSince = Date.now()
  console.log('\nStopping. Press Ctrl-C again to kill everything at once.')
  stopping = isUp ? pipeline.then(running => running.stop()) : endRecorded(10_000)
  await stopping
  console.log(`Stopped. ${whatRemains(settings)}`)
  process.exit(0)
}

function whatRemains({ containers, external }: Settings): string {
  if (containers === true) return 'The data of MySQL and Kafka ended with their containers.'
  if (external !== undefined) return 'The servers keep running.'
  return 'The data stays: npm start uses it again, npm run reset clears it.'
}

/** Ends all recorded processes: in the middle of a start, only the records know all of them. */
async function endRecorded(graceMs: number): Promise<void> {
  const runDir = join(settings.dir, 'run')
  const others = async () => (await livingProcesses(runDir)).filter(({ pid }) => pid !== process.pid)
  for (let left = await others(); left.length > 0; left = await others()) {
    await endProcesses(left, graceMs)
  }
  forgetProcess(runDir, 'starter')
}

function fail(error: unknown): never {
  for (const line of linesBeforeReady.slice(-10)) console.error(line)
  console.error(`✗ ${error instanceof Error ? error.message : String(error)}`)
  if (!(error instanceof StackError) && error instanceof Error) console.error(error.stack)
  process.exit(1)
}
