import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '@outbox-cdc/pipeline'
import type { Machine } from '../lab/machine.ts'
import type { Result } from '../sections/section.ts'
import { sections } from '../sections/sections.ts'
import type { Chapter, Verdict } from './chapter.ts'
import { chapters } from './chapters.ts'
import { readBefore, readResult } from './results.ts'
import { table } from './text.ts'
import { type Pair, twoRuns } from './two-runs.ts'

/** Writes the report from every section that has a result, each with its own date; answers the verdicts as text. */
export async function writeReport({ quick }: { readonly quick: boolean }): Promise<string> {
  const found: { result: Result; chapter: Chapter; verdicts: readonly Verdict[] }[] = []
  const pairs: Pair[] = []
  for (const { name } of sections) {
    const result = await readResult(name, quick)
    const make = chapters[name]
    if (result !== undefined && make !== undefined) found.push({ result, ...make(result) })
    const before = await readBefore(name, quick)
    if (result !== undefined && before !== undefined) pairs.push({ now: result, before })
  }
  const dir = join(root, quick ? '.data/bench-quick' : 'docs')
  await mkdir(join(dir, 'performance'), { recursive: true })
  for (const { chapter } of found)
    for (const [name, svg] of Object.entries(chapter.charts))
      await writeFile(join(dir, 'performance', `${name}.svg`), svg)
  const verdicts = found.flatMap(each => each.verdicts)
  await writeFile(join(dir, 'performance.md'), await document(found, { verdicts, pairs }))
  const said = verdicts.map(({ goal, wanted, measured, held }) => `${held ? '✓' : '✗'} ${goal}: ${wanted}; ${measured}`)
  return [...said, `\nThe report is ${join(quick ? '.data/bench-quick' : 'docs', 'performance.md')}`].join('\n')
}

type Found = { readonly result: Result; readonly chapter: Chapter }

type Whole = { readonly verdicts: readonly Verdict[]; readonly pairs: readonly Pair[] }

async function document(found: readonly Found[], { verdicts, pairs }: Whole): Promise<string> {
  const findings = join(root, 'bench/findings.md')
  const where = existsSync(findings) ? await readFile(findings, 'utf8') : ''
  const goals = verdicts.map(({ goal, wanted, measured, held }) => [
    goal,
    wanted,
    measured,
    held ? 'held' : '**not held**'
  ])
  const parts = found.map(({ result, chapter }) => `## ${chapter.heading}\n\n${origin(result)}\n\n${chapter.text}`)
  const machine = found.at(-1)?.result.machine
  return `${[
    '# Performance',
    'Written by `npm run bench`; no figure is typed by hand. Raw results are in `bench/results`, what is measured how is in `bench/README.md`.',
    `## Goals\n\n${table(['goal', 'wanted', 'measured', ''], goals)}`,
    where.trim(),
    ...parts,
    twoRuns(pairs),
    machine === undefined ? '' : describe(machine)
  ]
    .filter(Boolean)
    .join('\n\n')}\n`
}

function origin({ startedAt, tookSeconds, plan, machine }: Result): string {
  const load = machine.loadBefore > 0.5 ? `, load ${machine.loadBefore.toFixed(1)} beforehand` : ''
  return `Measured on ${startedAt.slice(0, 16).replace('T', ' ')} UTC in ${Math.round(tookSeconds / 60)} min, commit ${machine.commit}, ${plan.rounds} round(s)${load}.`
}

function describe({ cpu, cores, memoryGb, system, versions, durability, engines = {} }: Machine): string {
  const list = (facts: Readonly<Record<string, string>>) => Object.entries(facts).map(([name, value]) => [name, value])
  return `## The machine and its settings

${cores} cores (${cpu}), ${memoryGb} GB, ${system}. Everything runs on it: the engines, the services, the load.
${Object.entries(versions)
  .map(([name, version]) => `${name} ${version}`)
  .join(', ')}.

${table(['setting', 'value'], list(durability))}

What each engine is told beyond its defaults:

${Object.entries(engines)
  .map(([name, lines]) => `- ${name}: ${lines.map(line => `\`${line}\``).join(', ')}`)
  .join('\n')}`
}
