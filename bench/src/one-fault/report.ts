import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '@outbox-cdc/pipeline'
import type { Host } from '../lab/machine.ts'
import { renderSvg } from '../report/charts.ts'
import { figure } from '../report/text.ts'
import {
  type Disagreements,
  type PhaseFigures,
  type Plan,
  phases,
  type SecondFigures,
  type Way,
  ways
} from './figures.ts'
import { pictureOf } from './picture.ts'

export type Result = {
  readonly measuredAt: string
  readonly machine: Host
  readonly plan: Plan
  readonly phases: readonly PhaseFigures[]
  readonly disagreements: Readonly<Record<string, Disagreements>>
  readonly seconds: readonly SecondFigures[]
}

/** Where the result of a run goes: that of a quick one, which proves only that the measurement works, stays out of the repository. */
const filesOf = (quick: boolean) =>
  quick
    ? { json: '.data/one-fault-quick/one-fault.json', svg: '.data/one-fault-quick/one-fault.svg' }
    : { json: 'bench/results/one-fault.json', svg: 'examples/shop/docs/one-fault.svg' }

const readme = join(root, 'examples/shop/README.md')
const [begin, end] = ['<!-- npm run measure:one-fault writes from here -->', '<!-- to here -->']

export async function saveResult(result: Result, quick: boolean): Promise<void> {
  const file = join(root, filesOf(quick).json)
  await mkdir(join(file, '..'), { recursive: true })
  const lines = (rows: readonly object[]) => `[\n${rows.map(row => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]`
  const text = JSON.stringify({ ...result, phases: [], seconds: [] }, undefined, 2)
    .replace('"phases": []', () => `"phases": ${lines(result.phases)}`)
    .replace('"seconds": []', () => `"seconds": ${lines(result.seconds)}`)
  await writeFile(file, `${text}\n`)
}

/** Draws the picture from the last result and, unless that was a quick one, puts its figures into the README. Returns them. */
export async function writeReport(quick: boolean): Promise<string> {
  const { json, svg } = filesOf(quick)
  const result = JSON.parse(await readFile(join(root, json), 'utf8')) as Result
  await writeFile(join(root, svg), `${await renderSvg(pictureOf(result.plan, result.seconds))}\n`)
  const text = figuresText(result)
  if (!quick && existsSync(readme)) await writeFile(readme, withFigures(await readFile(readme, 'utf8'), text))
  return text
}

/** The text with other figures between its two marks. */
export function withFigures(text: string, figures: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${readme} lacks the lines ${begin} and ${end}`)
  return `${text.slice(0, from + begin.length)}\n\n${figures}\n\n${text.slice(to)}`
}

export function figuresText(result: Result): string {
  const { perSecond, seconds, downFrom, downTo } = result.plan
  const { cores, cpu, memoryGb, commit, loadBefore } = result.machine
  const row = (way: Way, what: string, cell: (figures: PhaseFigures) => string) => [
    `${way}: ${what}`,
    ...phases.map(phase =>
      result.phases
        .filter(one => one.way === way && one.phase === phase)
        .map(cell)
        .join()
    )
  ]
  const rows = [
    ...ways.map(way => row(way, 'accepted', ({ accepted, due }) => `${accepted} of ${due}`)),
    ...ways.map(way => row(way, 'answer', ({ answer }) => timesOf(answer))),
    ...ways.map(way => row(way, 'delivery exists', ({ delivery }) => timesOf(delivery)))
  ]
  const head = [
    'median / 99 % / longest',
    `before (${downFrom} s)`,
    `delivery down (${downTo - downFrom} s)`,
    `after (${seconds - downTo} s)`
  ]
  return [
    alignedTable([head, ...rows]),
    '',
    `${perSecond} purchases a second in each way at the same time, counted from when each was due; a buyer tries once. Measured on`,
    `${result.measuredAt.slice(0, 10)} at commit ${commit}, with ${cores} cores (${cpu}), ${memoryGb} GB, a load of ${loadBefore.toFixed(1)} before the start.`,
    `Refused, but delivered all the same, because the answer came too late or was lost: ${ways.map(refusedWith).join(', ')}.`
  ].join('\n')

  function refusedWith(way: Way): string {
    return `${result.disagreements[way]?.refusedWithDelivery ?? 0} ${way}`
  }
}

const timesOf = ({ n, p50, p99, max }: PhaseFigures['answer']) =>
  n === 0 ? '–' : `${time(p50)} / ${time(p99)} / ${time(max)}`

const time = (ms: number) => (ms < 1_000 ? `${figure(ms)} ms` : `${figure(ms / 1_000)} s`)

/** As the formatter writes it: the README stays as it is when it is formatted. */
function alignedTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map(row => row[column]?.length ?? 0)))
  const line = (cells: readonly string[], fill = ' ') =>
    `| ${widths.map((width, at) => (cells[at] ?? '').padEnd(width, fill)).join(' | ')} |`
  return [line(head), line([], '-'), ...rows.map(row => line(row))].join('\n')
}
