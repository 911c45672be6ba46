import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

// Breaks the whole pipeline in every way of test/resilience/faults, under load, and lets an oracle judge.
const usage = `npm run test:resilience                  the whole matrix
npm run test:resilience -- --quick       each fault shortened
npm run test:resilience -- --brief       one pipeline, one load, one fault after the other, one verdict: some minutes
npm run test:resilience -- --soak        20 minutes at half of the maximum; --minutes N for another time
  --only NAME       the fault NAME, or those whose name contains it; several with commas between
  --repeat N        all of it N times; what was broken off goes on where it stopped when asked for again
  --fresh           begin anew instead
  --list            the faults by name
  --report          no run: write docs/reliability.md from the runs noted in .data/resilience/runs.jsonl`

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    repeat: { type: 'string', default: '1' },
    brief: { type: 'boolean', default: false },
    soak: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '20' },
    fresh: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false }
  }
})

if (values.help) {
  console.log(usage)
} else if (values.list) {
  const { faults } = await import('../test/resilience/faults/index.ts')
  for (const { name, title } of faults) console.log(`${name.padEnd(32)} ${title}`)
} else if (values.report) {
  const { writeReport } = await import('../test/resilience/report/write-report.ts')
  console.log(await writeReport())
} else {
  process.exitCode = await runMatrix()
}

function runMatrix(): Promise<number> {
  if (!/^[1-9]\d*$/.test(values.repeat)) throw new Error(`--repeat takes a whole number, not "${values.repeat}"`)
  const env = {
    ...process.env,
    RESILIENCE_QUICK: values.quick ? '1' : '',
    RESILIENCE_ONLY: values.only,
    RESILIENCE_REPEAT: values.repeat,
    RESILIENCE_FRESH: values.fresh ? '1' : '',
    RESILIENCE_MINUTES: values.minutes
  }
  const root = join(import.meta.dirname, '..')
  const file = `test/resilience/${values.soak ? 'soak' : 'matrix'}.test.ts`
  const what = values.brief ? ['--project', 'brief'] : ['--project', 'resilience', file]
  const vitest = spawn('vitest', ['run', '--root', root, ...what], { stdio: 'inherit', env })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => vitest.kill(signal))
  return new Promise(resolve => vitest.on('exit', code => resolve(code ?? 1)))
}
