import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '@outbox-cdc/pipeline'
import type { Machine } from '../lab/machine.ts'
import type { LatencyRow } from '../sections/latency.ts'
import type { Result } from '../sections/section.ts'
import { sections } from '../sections/sections.ts'
import { type Chapter, picture } from './chapter.ts'
import { chapterOf } from './chapters.ts'
import { renderSvg } from './charts.ts'
import type { Goal } from './goal.ts'
import { allGoals, type Measured, resultOf } from './goals.ts'
import { bothSpans } from './latency-goals.ts'
import { readRecords } from './records.ts'
import { readResult } from './results.ts'
import { summary } from './summary.ts'
import { table } from './text.ts'

type Found = { readonly result: Result; readonly chapter: Chapter }

/** Writes the report about every section that has a result. Returns the goals and the file's name, for the terminal. */
export async function writeReport({ quick }: { readonly quick: boolean }): Promise<string> {
  const measured = await readMeasured(quick)
  const found = measured.results.map(result => ({ result, chapter: chapterOf(result) }))
  const folder = quick ? '.data/bench-quick' : 'docs'
  const dir = join(root, folder)
  await mkdir(join(dir, 'performance'), { recursive: true })
  for (const [name, chart] of found.flatMap(({ chapter }) => Object.entries(chapter.charts ?? {})))
    await writeFile(join(dir, 'performance', `${name}.svg`), await renderSvg(chart))
  const goals = allGoals(measured)
  await writeFile(join(dir, 'performance.md'), await overview(measured, goals))
  await writeFile(join(dir, 'performance-tables.md'), tables(found, goalsText(measured, goals)))
  const lines = goals.map(({ goal, wanted, verdict }) =>
    verdict === undefined
      ? `- ${goal}: ${wanted}; not measured`
      : `${verdict.reached ? '✓' : '✗'} ${goal}: ${wanted}; ${verdict.measured}`
  )
  return [...lines, `\nThe report is ${join(folder, 'performance.md')}`].join('\n')
}

/** The records of other commands belong to the real results, not to those of a quick run. */
async function readMeasured(quick: boolean): Promise<Measured> {
  const results = await Promise.all(sections.map(({ name }) => readResult(name, quick)))
  const [start, healing] = quick ? [[], []] : await Promise.all([readRecords('start'), readRecords('healing')])
  return { results: results.filter(result => result !== undefined), start, healing }
}

async function overview(measured: Measured, goals: readonly Goal[]): Promise<string> {
  const findings = await readFile(join(root, 'bench/findings.md'), 'utf8')
  const charted = resultOf(measured, 'latency') !== undefined
  return `${[
    '# Performance',
    summary(measured, goals),
    '`npm run bench` writes this page from `bench/results`; `bench/README.md` says how each figure is measured. All figures are in the [tables](performance-tables.md).',
    charted ? picture('latency-p50', 'median latency by rate') : '',
    findings.trim()
  ]
    .filter(Boolean)
    .join('\n\n')}\n`
}

function tables(found: readonly Found[], goals: string): string {
  const machine = found[0]?.result.machine
  return `${[
    '# Performance: all tables',
    'The appendix to [the report](performance.md), also written by `npm run bench`. Tables show the median of the rounds and, in brackets, the lowest and the highest round.',
    `## Goals\n\n${goals}`,
    ...found.map(({ result, chapter }) => `## ${chapter.heading}\n\n${originOf(result)}\n\n${chapter.text}`),
    machine === undefined ? '' : machineText(machine)
  ]
    .filter(Boolean)
    .join('\n\n')}\n`
}

function goalsText(measured: Measured, goals: readonly Goal[]): string {
  const lines = goals.map(({ goal, wanted, verdict }) =>
    verdict === undefined
      ? [goal, wanted, 'not measured', '', '']
      : [goal, wanted, verdict.measured, verdict.reached ? 'yes' : '**no**', verdict.origin]
  )
  const behind = bothSpans(resultOf<LatencyRow>(measured, 'latency')?.rows ?? [])
  return [
    table(['goal', 'wanted', 'measured', 'reached', 'on'], lines),
    ...(behind === '' ? [] : ['The latency behind them, at each rate that this project holds:', behind])
  ].join('\n\n')
}

function originOf({ startedAt, tookSeconds, plan, machine }: Result): string {
  const load = machine.loadBefore > 0.5 ? `, load ${machine.loadBefore.toFixed(1)} before the start` : ''
  return `Measured on ${startedAt.slice(0, 16).replace('T', ' ')} UTC in ${Math.round(tookSeconds / 60)} min, commit ${machine.commit}, on ${machine.cores} cores, ${plan.rounds} round(s)${load}.`
}

function machineText({ cpu, cores, memoryGb, system, versions, durability, engines = {} }: Machine): string {
  const versionList = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  const engineList = Object.entries(engines).map(
    ([name, lines]) => `- ${name}: ${lines.map(line => `\`${line}\``).join(', ')}`
  )
  return `## The machine and its settings

${cores} cores (${cpu}), ${memoryGb} GB, ${system}. Everything runs on it: the engines, the services and the load.
${versionList.join(', ')}.

${table(['setting', 'value'], Object.entries(durability))}

The settings of each engine beyond its defaults:

${engineList.join('\n')}`
}
