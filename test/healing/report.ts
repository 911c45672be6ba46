import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { type HealingCase, cases } from './cases.ts'
import { type Run, runsFile } from './measure.ts'

const document = join(import.meta.dirname, '../../docs/healing.md')

/** Writes docs/healing.md from the runs recorded so far, and returns a line with their number. */
export async function writeReport(): Promise<string> {
  const lines = (await readFile(runsFile, 'utf8')).split('\n').filter(Boolean)
  const runs = lines.map(line => JSON.parse(line) as Run)
  await writeFile(document, renderReport(runs, machine()))
  return `docs/healing.md is written from ${runs.length} runs.`
}

export function renderReport(runs: readonly Run[], where: string): string {
  const days = [...new Set(runs.map(({ at }) => at.slice(0, 10)))].toSorted()
  const sum = (pick: (run: Run) => number) => runs.reduce((total, run) => total + pick(run), 0)
  return `# How soon it heals

Written by \`npm run measure:healing -- --report\` from every run recorded on ${days.join(', ')}. No figure is typed by hand.
${where}

Each run: 200 orders a second and one fault, without any help from a person. The pipeline is healed when a record that was written
after the named moment arrives on the topic. At the end, every committed order must be in the topic.

**${runs.length} runs, ${sum(({ committed }) => committed)} orders committed, ${sum(({ lost }) => lost)} lost.**

| case | promised | runs | kept | healed after: shortest, median, longest | red after: median, longest (promised) | busy |
| - | - | - | - | - | - | - |
${cases.flatMap(one => row(one, runs)).join('\n')}

_Kept_: runs that healed in the promised time. _Red_: when the keeper reported the fault. _Busy_: the highest number of processes
that competed for one core at the end of a run; above 1, the figure also measures the machine.
${notMeasured(runs)}${exceptions(runs)}`
}

function notMeasured(runs: readonly Run[]): string {
  const left = cases.filter(({ name }) => !runs.some(run => run.case === name))
  if (left.length === 0) return ''
  const line = ({ title, healWithinMs }: HealingCase) => `- ${title} (promised: ${seconds(healWithinMs)})`
  return `\n## Cases without a run\n\n${left.map(line).join('\n')}\n`
}

function row(one: HealingCase, all: readonly Run[]): readonly string[] {
  const runs = all.filter(run => run.case === one.name)
  if (runs.length === 0) return []
  const healed = ordered(runs.map(({ healedMs }) => healedMs))
  const red = ordered(runs.flatMap(({ redMs }) => (redMs === undefined ? [] : [redMs])))
  const cells = [
    one.title,
    seconds(one.healWithinMs),
    runs.length,
    runs.filter(({ passed }) => passed).length,
    `${seconds(healed[0])}, ${seconds(median(healed))}, **${seconds(healed.at(-1))}**`,
    red.length === 0 ? '' : `${seconds(median(red))}, ${seconds(red.at(-1))} (${seconds(one.redWithinMs)})`,
    Math.max(...runs.map(({ busy }) => busy))
  ]
  return [`| ${cells.join(' | ')} |`]
}

function exceptions(runs: readonly Run[]): string {
  const late = runs.filter(({ passed }) => !passed)
  if (late.length === 0) return ''
  const line = (run: Run) => `- ${run.case}, ${run.at}: healed after ${seconds(run.healedMs)}, ${run.lost} lost.`
  return `\n## Runs that took longer than promised\n\n${late.map(line).join('\n')}\n`
}

function machine(): string {
  const gib = Math.round(totalmem() / 1024 ** 3)
  return `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${gib} GiB, Node ${process.version}.`
}

function ordered(values: readonly number[]): readonly number[] {
  return values.toSorted((a, b) => a - b)
}

function median(values: readonly number[]): number | undefined {
  return values[Math.floor((values.length - 1) / 2)]
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '' : `${(ms / 1000).toFixed(1)} s`
}
