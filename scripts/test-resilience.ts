import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

// Breaks the whole pipeline in every way of test/resilience/faults, under load, and lets an oracle judge.
const usage = `npm run test:resilience                  the whole matrix
npm run test:resilience -- --quick       each fault once, shortened
  --only NAME       the fault NAME, or those whose name contains it; several with commas between
  --repeat N        each fault N times
  --list            the faults by name
  --report          no run: write docs/reliability.md from the runs noted in .data/resilience/runs.jsonl`

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    repeat: { type: 'string', default: '1' },
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
    RESILIENCE_REPEAT: values.repeat
  }
  const root = join(import.meta.dirname, '..')
  const vitest = spawn('vitest', ['run', '--root', root, '--project', 'resilience'], { stdio: 'inherit', env })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => vitest.kill(signal))
  return new Promise(resolve => vitest.on('exit', code => resolve(code ?? 1)))
}
