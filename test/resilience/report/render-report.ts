import type { Soak, Versions } from '../harness/keep-run.ts'
import type { Run } from '../harness/run-fault.ts'

export type NotedRun = Run & {
  readonly quick: boolean
  /** Left out where several faults shared one load: what came twice then belongs to none of them. */
  readonly pass?: number
  readonly versions: Versions
  /** How many processes wanted each core of the machine. */
  readonly busy?: number
}
export type Titled = {
  readonly name: string
  readonly title: string
  readonly healWithinMs: number
  readonly because?: string
}
type Matrix = {
  readonly faults: readonly Titled[]
  readonly elsewhere: readonly string[]
  readonly found: readonly { readonly what: string; readonly wayAround: string }[]
  readonly soaks?: readonly Soak[]
}

/** The whole of docs/reliability.md. Every figure comes from a run. */
export function renderReport(runs: readonly NotedRun[], { faults, elsewhere, found, soaks = [] }: Matrix): string {
  const sections = [
    intro(runs),
    howToRead,
    `## The matrix\n\n${table(runs, faults)}`,
    allowances(faults),
    exceptions(runs),
    soaked(soaks),
    list(
      'Found in the software of others',
      found.map(({ what, wayAround }) => `${what} **Way around:** ${wayAround}`)
    ),
    list('Not in the matrix', elsewhere),
    list('Not run yet', [...fullLengths(runs, faults), ...neverRun(runs, { faults, soaks })])
  ]
  return `${sections.filter(section => section !== '').join('\n\n')}\n`
}

const list = (title: string, lines: readonly string[]) =>
  lines.length === 0 ? '' : `## ${title}\n\n${lines.map(line => `- ${line}`).join('\n')}`

function intro(runs: readonly NotedRun[]): string {
  const days = runs.map(({ at }) => at.slice(0, 10)).toSorted()
  const versions = [
    ...new Set(
      runs.map(({ versions: v }) => `MySQL ${v.mysql}, Kafka ${v.kafka}, Debezium ${v.debezium}, Node ${v.node}`)
    )
  ]
  const judged = runs.filter(({ outcome }) => outcome !== 'void')
  const sum = (pick: (run: NotedRun) => number) => judged.reduce((total, run) => total + pick(run), 0)
  const when = days[0] === days.at(-1) ? `on ${days[0] ?? 'no day'}` : `from ${days[0]} to ${days.at(-1)}`
  const voids = runs.length - judged.length
  return `# Reliability

The whole pipeline, broken in every way that we could think of, under load. Written by \`npm run test:resilience -- --report\`
from every run noted on one machine ${when}; no figure is typed by hand. ${versions.join('; ')}.

**${count(judged.length)} runs, ${count(sum(run => run.events))} events: ${sum(run => run.counts.lost)} lost, ${sum(run => run.counts.doubled)} doubled, ${sum(run => run.counts.reordered)} reordered, ${sum(run => run.counts.ghost)} without an order.**${voids === 0 ? '' : ` Void runs beside these: ${voids}.`}${crowded(runs)}`
}

function crowded(runs: readonly NotedRun[]): string {
  const sorted = runs.map(({ busy = 0 }) => busy).toSorted((one, other) => one - other)
  const median = Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0)
  if (median < 2) return ''
  return `\nBy the median the machine had ${median} times as much to do as it has cores: take the times for upper bounds.`
}

const howToRead = `## How a run goes

1. **Load.** Orders come through HTTP at a steady rate that waits for nobody; each is repeated under its \`Idempotency-Key\` until
   it has its 201. Beside them accounts move on version by version, so that order can be judged.
2. **Fault.** One, while the load goes on. Then calm.
3. **Verdict.** An oracle compares the client's own log, the rows in MySQL, the records in Kafka and every effect in the delivery
   database, which triggers note in the effect's own transaction. Planted losses, doubles and swaps prove that it sees them.

A run is void when its fault was not seen to bite or fewer than 1,000 events flowed. *Healed after* is the time from the end of the
cause (the process may be started, the network passes, the disk has space) until an order that was sent after it is delivered.
Without a person that may take 10 s, or 20 s where Connect or its connector is hit; what may take longer has its reason below.
*Refused* counts attempts, not orders: through an outage each order that waits asks again after the answer's \`Retry-After\` and a
pause that grows. *Twice in Kafka* are records that came again, of which the inbox let one take effect.`

function table(runs: readonly NotedRun[], faults: readonly Titled[]): string {
  const header = [
    '| fault | runs | events | lost | doubled | reordered | ghosts | healed after (bound) | longest silence | longest wait for a delivery | refused | twice in Kafka | healed by |',
    '| - | - | - | - | - | - | - | - | - | - | - | - | - |'
  ]
  const rows = faults.flatMap(fault => {
    const own = runs.filter(run => run.fault === fault.name && run.outcome !== 'void')
    return own.length === 0 ? [] : [row(fault, own)]
  })
  return [...header, ...rows].join('\n')
}

function row({ title, healWithinMs }: Titled, runs: readonly NotedRun[]): string {
  const sum = (pick: (run: NotedRun) => number) => runs.reduce((total, run) => total + pick(run), 0)
  const shortened = runs.filter(({ quick }) => quick).length
  const heals = runs.map(({ healMs }) => healMs ?? Infinity)
  const cells = [
    shortened === 0 ? atFullLength(title) : title,
    `${runs.length}${shortened > 0 ? ` (${shortened} quick)` : ''}`,
    count(sum(({ events }) => events)),
    sum(({ counts }) => counts.lost),
    sum(({ counts }) => counts.doubled),
    sum(({ counts }) => counts.reordered),
    sum(({ counts }) => counts.ghost),
    `${range(heals)} (${seconds(healWithinMs)})`,
    range(runs.map(({ silenceMs }) => silenceMs)),
    range(runs.map(({ longestWaitMs }) => longestWaitMs).filter(ms => ms !== undefined)),
    count(sum(({ refused }) => refused)),
    absorbedIn(runs),
    [...new Set(runs.map(({ healedBy }) => healedBy))].join(' or ')
  ]
  return `| ${cells.join(' | ')} |`
}

const atFullLength = (title: string) => title.replace(/ \(quick: [^)]*\)/, '')

function absorbedIn(runs: readonly NotedRun[]): string {
  const alone = runs.filter(({ pass }) => pass !== undefined)
  return alone.length === 0 ? 'not noted' : count(alone.reduce((total, { absorbed }) => total + absorbed, 0))
}

function allowances(faults: readonly Titled[]): string {
  const lines = faults.flatMap(({ title, healWithinMs, because }) =>
    because === undefined ? [] : [`- ${atFullLength(title)}: ${seconds(healWithinMs)}, because ${because}.`]
  )
  return lines.length === 0 ? '' : `## Where healing may take longer\n\n${lines.join('\n')}`
}

function soaked(soaks: readonly Soak[]): string {
  const texts = soaks.map(({ at, minutes, most, perSecond, events, findings, refused, grown }) => {
    const rows = grown.map(
      ({ what, from, to, flat }) => `| ${what} | ${from} | ${to} | ${flat ? 'flat' : '**grows**'} |`
    )
    return `${at.slice(0, 10)}: ${minutes} minutes at ${perSecond} orders/s, half of the ${count(most)} that it took at most just before; ${count(events)} events, ${findings} lost, doubled, reordered or invented, ${count(refused)} attempts refused. Medians after the warm-up and at the end:

| what | after the warm-up | at the end | |
| - | - | - | - |
${rows.join('\n')}`
  })
  return texts.length === 0 ? '' : `## Soak\n\n${texts.join('\n\n')}`
}

function exceptions(runs: readonly NotedRun[]): string {
  const bad = runs.filter(({ outcome }) => outcome !== 'passed')
  return list(
    'Runs that did not pass',
    bad.map(
      run => `${run.fault}, ${run.at.slice(0, 19)}Z: **${run.outcome}**. ${firstWords(run.reason)}.${whySlow(run)}`
    )
  )
}

function whySlow({ outcome, busy = 0 }: NotedRun): string {
  const often = Math.round(busy)
  return outcome === 'slow' && often > 1 ? ` The machine had ${often} times as much to do as it has cores.` : ''
}

/** Without the lines of code that an error names. */
function firstWords(reason: string): string {
  const words = reason.split(/\s+at \S*[/(]/)[0] ?? reason
  // Where the files lie on one machine is nobody else's business.
  return words.replaceAll(/(?<=^|\s)\/\S*?\/(?=(?:connect-config|\.data)\/)/g, '')
}

const wantedRuns = 3

function fullLengths(runs: readonly NotedRun[], faults: readonly Titled[]): readonly string[] {
  const full = (name: string) =>
    runs.filter(run => run.fault === name && !run.quick && run.outcome !== 'void').length >= wantedRuns
  const done = faults.filter(({ name }) => full(name)).length
  if (done === faults.length) return []
  return [`the full lengths: ${done} of ${faults.length} faults have run ${wantedRuns} times at full length`]
}

type Whole = { readonly faults: readonly Titled[]; readonly soaks: readonly Soak[] }

function neverRun(runs: readonly NotedRun[], { faults, soaks }: Whole): readonly string[] {
  const soak = soaks.length === 0 ? ['a soak at half of the maximum: `npm run test:resilience -- --soak`'] : []
  return [...soak, ...faults.filter(({ name }) => runs.every(run => run.fault !== name)).map(({ title }) => title)]
}

function range(values: readonly number[]): string {
  if (values.length === 0) return 'not noted'
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return seconds(least) === seconds(most) ? seconds(most) : `${seconds(least)} to ${seconds(most)}`
}

function seconds(ms: number): string {
  return Number.isFinite(ms) ? `${(ms / 1000).toFixed(1)} s` : 'never'
}

const count = (number: number) => number.toLocaleString('en')
