import { saveRecord } from '@outbox-cdc/bench/report/records'
import { cases } from './cases.ts'
import { measureCase } from './measure.ts'
import { writeReport } from './report.ts'
import { exitWithUsage, optionsOrExit } from '@outbox-cdc/pipeline'

// Measures how soon the connector heals by itself, case by case, under 200 orders a second on its own engines.
const usage = `Usage: npm run measure:healing -- [options]

Runs every case once. Each run is recorded in .data/healing/runs.jsonl, and the newest runs of each case in
bench/results/healing.json, for the goals of npm run bench.

  --only NAME,NAME     only these cases (${cases.map(({ name }) => name).join(', ')})
  --repeat N           each case N times
  --set KEY=VALUE      with another connector setting; such a run is not recorded
  --report             run nothing; write docs/healing.md from the runs recorded in .data/healing/runs.jsonl

Exit code 0 when every run kept the promise of its case.`

const values = optionsOrExit(
  {
    only: { type: 'string', default: '' },
    repeat: { type: 'string', default: '1' },
    set: { type: 'string', multiple: true, default: [] },
    report: { type: 'boolean', default: false }
  },
  usage
)

if (values.report) console.log(await writeReport())
else process.exitCode = await measure()

async function measure(): Promise<number> {
  if (!/^[1-9]\d*$/.test(values.repeat)) exitWithUsage(`--repeat takes a whole number, not "${values.repeat}"`, usage)
  const wanted = values.only.split(',').filter(Boolean)
  const unknown = wanted.filter(name => !cases.some(each => each.name === name))
  if (unknown.length > 0) exitWithUsage(`There is no case ${unknown.join(', ')}`, usage)
  const settings = Object.fromEntries(values.set.map(pair => pair.split(/=(.*)/s).slice(0, 2)))
  let passed = true
  for (const one of cases.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    const options = { repeat: Number(values.repeat), settings, say: (line: string) => console.log(line) }
    const startedAt = new Date().toISOString()
    const runs = await measureCase(one, options)
    if (values.set.length === 0) await saveRecord('healing', { of: one.name, startedAt, runs })
    passed &&= runs.every(run => run.passed)
  }
  return passed ? 0 : 1
}
