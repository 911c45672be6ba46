import { exitWithUsage, optionsOrExit } from '@outbox-cdc/pipeline'
import { runVitest } from './run-vitest.ts'

// Breaks the whole pipeline in every way of test/resilience/faults, under load; an oracle checks the result.
const usage = `npm run test:resilience                  the whole matrix
npm run test:resilience -- --quick       each fault shortened
npm run test:resilience -- --brief       each fault shortened, on four pipelines with one load and one verdict each
npm run test:resilience -- --soak        20 minutes at half of the highest rate; --minutes N for another time

  --only NAME,NAME  only these faults, or those whose name contains NAME
  --repeat N        the whole matrix N times; the same command again continues an interrupted session
  --fresh           start a new session instead
  --at-once 2       two pipelines at the same time, which halves the time on a machine with enough cores
  --stop-after N    start no fault after N minutes; the same command again continues
  --list            list the faults
  --report          run nothing; write docs/reliability.md from the runs recorded in .data/resilience/runs.jsonl`

const values = optionsOrExit(
  {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    repeat: { type: 'string', default: '1' },
    brief: { type: 'boolean', default: false },
    soak: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '20' },
    'at-once': { type: 'string', default: '1' },
    'stop-after': { type: 'string', default: '' },
    fresh: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false }
  },
  usage
)

if (values.list) {
  const { faults } = await import('../test/resilience/faults/index.ts')
  for (const { name, title } of faults) console.log(`${name.padEnd(32)} ${title}`)
} else if (values.report) {
  const { writeReport } = await import('../test/resilience/report/write-report.ts')
  console.log(await writeReport())
} else {
  process.exitCode = await runMatrix()
}

async function runMatrix(): Promise<number> {
  const { quick, only, repeat, fresh, minutes, 'at-once': atOnce, 'stop-after': stopAfter } = values
  if (!/^[1-9]\d*$/.test(repeat)) exitWithUsage(`--repeat takes a whole number, not "${repeat}"`, usage)
  if (!/^[12]$/.test(atOnce)) exitWithUsage(`--at-once takes 1 or 2, not "${atOnce}"`, usage)
  const env = {
    ...process.env,
    RESILIENCE_QUICK: quick ? '1' : '',
    RESILIENCE_ONLY: only,
    RESILIENCE_REPEAT: repeat,
    RESILIENCE_MINUTES: minutes,
    RESILIENCE_STOP_AFTER: stopAfter
  }
  if (values.brief) return runVitest(['--project', 'brief*'], env)
  if (values.soak) return runVitest(['--project', 'resilience', 'test/resilience/soak.test.ts'], env)
  const { beginSession } = await import('../test/resilience/harness/session.ts')
  await beginSession({ quick, only, repeat: Number(repeat) }, fresh)
  const codes = ['', '1'].slice(0, Number(atOnce)).map(backwards =>
    runVitest(['--project', 'resilience', 'test/resilience/matrix.test.ts'], {
      ...env,
      RESILIENCE_BACKWARDS: backwards
    })
  )
  return Math.max(...(await Promise.all(codes)))
}
