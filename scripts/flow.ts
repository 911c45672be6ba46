import { setTimeout as sleep } from 'node:timers/promises'
import type { Flow } from '@outbox-cdc/console/api/pipeline-schemas'
import { printFlow } from '@outbox-cdc/console/flow/print-flow'
import { readAddresses, systemOrExit } from '@outbox-cdc/pipeline'

// The console's first screen in a terminal: redrawn each second, or printed once into a pipe.
const usage = `Usage: npm run flow -- [SYSTEM] [options]

  --url URL   the console (default: the one of npm start)
  --once      print once and end; exit code 1 if something has stopped
  --json      print JSON once and end
  --secure    the console of npm start -- --secure
  --help      this text`

const flag = { type: 'boolean', default: false } as const
const values = await systemOrExit({ url: { type: 'string' }, once: flag, json: flag }, usage)
const addresses = await readAddresses(values.settings.dir)
const url = values.url ?? addresses['CONSOLE_URL'] ?? 'http://127.0.0.1:9000'
const headers = process.env.CONSOLE_TOKEN ? { authorization: `Bearer ${process.env.CONSOLE_TOKEN}` } : {}
const live = process.stdout.isTTY && !values.once && !values.json

process.stdout.on('error', () => process.exit(0)) // the reader has ended: `npm run flow | head`

async function read(): Promise<Flow | string> {
  try {
    const response = await fetch(new URL('/api/flow', url), { headers, signal: AbortSignal.timeout(3_000) })
    if (response.ok) return (await response.json()) as Flow
    return `The console at ${url} answers ${response.status}${response.status === 401 ? ': set CONSOLE_TOKEN' : ''}.`
  } catch {
    return `The console at ${url} doesn't answer. Start it: npm start.`
  }
}

function linesOf(flow: Flow | string): string[] {
  if (typeof flow === 'string') return [flow]
  const { isTTY, columns, rows } = process.stdout
  const color = isTTY && !process.env.NO_COLOR
  const lines = printFlow(flow, { width: isTTY ? columns : Number.POSITIVE_INFINITY, color, now: Date.now() })
  // More lines than the terminal has would scroll, and the next picture would appear below this one.
  return live ? lines.slice(0, rows - 1) : lines
}

if (live) process.stdout.write('\u001b[2J')
do {
  const flow = await read()
  if (values.json && typeof flow !== 'string') console.log(JSON.stringify(flow, undefined, 2))
  else if (live)
    process.stdout.write(
      `\u001b[H${linesOf(flow)
        .map(line => `${line}\u001b[K`)
        .join('\n')}\u001b[J\n`
    )
  else console.log(linesOf(flow).join('\n'))
  if (typeof flow === 'string' ? !live : flow.headline.state === 'stopped') process.exitCode = 1
  else process.exitCode = 0
  if (live) await sleep(1_000)
} while (live)
