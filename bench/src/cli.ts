import { exitWithUsage, optionsOrExit } from '@outbox-cdc/pipeline'
import { createConnector } from './lab/connector.ts'
import { startLab } from './lab/lab.ts'
import { describeMachine, type Machine } from './lab/machine.ts'
import { createPollingTable } from './lab/write-by-sql.ts'
import { saveResult } from './report/results.ts'
import { writeReport } from './report/write-report.ts'
import type { Context, Plan, Section } from './sections/section.ts'
import { sections } from './sections/sections.ts'
import { variants } from './variants/variants.ts'

const usage = `npm run bench                 measures everything; results go to bench/results, the report to docs/performance.md
npm run bench -- --quick      measures everything for a short time; results and report go to .data/bench-quick
  --only NAME,NAME            only these sections: ${sections.map(({ name }) => name).join(', ')}
  --rounds N                  rounds of each measurement (default 3, with --quick 1)
  --variants NAME,NAME        only these variants in the latency section: ${variants.map(({ name }) => name).join(', ')}
  --seconds N                 the length of a round in the latency section (default 5, with --quick 2)
  --rates N,N                 its rates, lowest first (default by the number of cores)
  --minutes N                 skips sections that wouldn't end within N minutes
  --plan                      prints the sections and how long they take, and measures nothing
  --report                    writes the report from the last results, and measures nothing`

const values = optionsOrExit(
  {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string' },
    variants: { type: 'string' },
    seconds: { type: 'string' },
    rates: { type: 'string' },
    minutes: { type: 'string', default: 'Infinity' },
    plan: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false }
  },
  usage
)

for (const name of ['rounds', 'minutes', 'seconds'] as const)
  if (!/^([1-9]\d*|Infinity)$/.test(values[name] ?? '1'))
    exitWithUsage(`--${name} takes a whole number, not "${values[name]}"`, usage)

if (!/^[1-9]\d*(,[1-9]\d*)*$/.test(values.rates ?? '1'))
  exitWithUsage(`--rates takes whole numbers separated by commas, not "${values.rates}"`, usage)

const unknown = values.variants?.split(',').find(name => !variants.some(variant => variant.name === name))
if (unknown !== undefined) exitWithUsage(`No variant is called ${unknown}`, usage)

const plan: Plan = {
  quick: values.quick,
  rounds: Number(values.rounds ?? (values.quick ? 1 : 3)),
  ...(values.variants === undefined ? {} : { variants: values.variants.split(',') }),
  ...(values.seconds === undefined ? {} : { seconds: Number(values.seconds) }),
  ...(values.rates === undefined ? {} : { rates: values.rates.split(',').map(Number) })
}
const chosen = chooseSections(values.only)
const budget = Number(values.minutes) * 60
const say = (line: string) => console.log(line)

if (values.help) say(usage)
else if (values.report) say(await writeReport({ quick: values.quick }))
else {
  printPlan()
  if (!values.plan) await run()
}

function chooseSections(only: string | undefined): readonly Section[] {
  if (only === undefined) return sections
  return only.split(',').map(name => {
    const section = sections.find(each => each.name === name)
    if (section === undefined) return exitWithUsage(`No section is called ${name}`, usage)
    return section
  })
}

function printPlan(): void {
  const total = chosen.reduce((sum, section) => sum + section.estimate(plan), 30)
  for (const section of chosen) {
    say(`${section.name.padEnd(12)} ${minutes(section.estimate(plan)).padStart(7)}  ${section.title}`)
    if (section.details !== undefined) say(`${' '.repeat(22)}${section.details(plan)}`)
  }
  say(`${'total'.padEnd(12)} ${minutes(total).padStart(7)}  ${plan.rounds} round(s), including start and stop\n`)
}

function minutes(seconds: number): string {
  return `${(seconds / 60).toFixed(1)} min`
}

async function run(): Promise<void> {
  const began = Date.now()
  const lab = await startLab()
  const stop = () => void lab.close().finally(() => process.exit(130))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
  try {
    const machine = await describeMachine(lab)
    await createPollingTable(lab)
    const connector = await createConnector(lab)
    say(`The engines run after ${Math.round((Date.now() - began) / 1000)} s`)
    for (const section of chosen) {
      const spent = (Date.now() - began) / 1000
      if (spent + section.estimate(plan) > budget)
        say(`\n${section.name}: skipped, because it would take longer than --minutes allows`)
      else if (!(await runSection(section, { lab, connector, plan, say }, machine))) process.exitCode = 1
    }
  } finally {
    await lab.close()
  }
  say(await writeReport({ quick: plan.quick }))
  say(`Done after ${minutes((Date.now() - began) / 1000)}.`)
}

/** Saves each section's rows when it ends, so that they survive if a later section fails. */
async function runSection(section: Section, context: Context, machine: Machine): Promise<boolean> {
  const startedAt = new Date()
  say(`\n${section.name}: ${section.title}`)
  try {
    const rows = await section.run(context)
    const tookSeconds = Math.round((Date.now() - startedAt.getTime()) / 1000)
    await saveResult({ section: section.name, startedAt: startedAt.toISOString(), tookSeconds, plan, machine, rows })
    say(`${section.name} took ${minutes(tookSeconds)}`)
    return true
  } catch (error) {
    say(`✗ ${section.name} failed, so its last result is kept. ${error instanceof Error ? error.stack : String(error)}`)
    return false
  }
}
