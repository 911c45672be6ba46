import type { Soak, Versions } from '../harness/record-run.ts'
import type { Run } from '../harness/run-fault.ts'

export type RecordedRun = Run & {
  readonly quick: boolean
  /** Left out where several faults shared one load, because duplicates then belong to none of them. */
  readonly pass?: number
  readonly versions: Versions
  /** How many processes competed for each core of the machine. */
  readonly busy?: number
}
export type FaultText = {
  readonly name: string
  readonly title: string
  readonly healWithinMs: number
  readonly because?: string
}
type Matrix = {
  readonly faults: readonly FaultText[]
  readonly elsewhere: readonly string[]
  readonly found: readonly { readonly what: string; readonly wayAround: string }[]
  readonly soaks?: readonly Soak[]
}

/** The whole of docs/reliability.md. Every figure comes from a run. */
export function renderReport(runs: readonly RecordedRun[], { faults, elsewhere, found, soaks = [] }: Matrix): string {
  const sections = [
    renderSummary(summarise(runs)),
    howToRead,
    list(
      'Found in other software',
      found.map(({ what, wayAround }) => `${what} **Way around:** ${wayAround}`)
    ),
    list('Not in the matrix', elsewhere),
    list('Not run yet', [...fullLengths(runs, faults), ...neverRun(runs, { faults, soaks })]),
    `## Appendix: each fault\n\n${table(runs, faults)}`,
    allowances(faults),
    exceptions(runs),
    soaked(soaks)
  ]
  return `${sections.filter(section => section !== '').join('\n\n')}\n`
}

const list = (title: string, lines: readonly string[]) =>
  lines.length === 0 ? '' : `## ${title}\n\n${lines.map(line => `- ${line}`).join('\n')}`

/** The figures of the first half page. Void runs only count as such. */
type Summary = {
  readonly days: readonly string[]
  readonly versions: readonly string[]
  readonly runs: number
  readonly faults: number
  readonly events: number
  readonly counts: Readonly<Record<'lost' | 'doubled' | 'reordered' | 'ghost', number>>
  /** For each fault, the longest time until it was healed. */
  readonly slowest: readonly number[]
  readonly slow: number
  readonly failed: number
  readonly void: number
  /** Records that came more than once and took effect once. */
  readonly absorbed: number
  /** How many processes wanted each core, by the median. */
  readonly busy: number
}

function summarise(all: readonly RecordedRun[]): Summary {
  const runs = all.filter(({ outcome }) => outcome !== 'void')
  const sum = (pick: (run: RecordedRun) => number) => runs.reduce((total, run) => total + pick(run), 0)
  const outcomes = (wanted: string) => all.filter(({ outcome }) => outcome === wanted).length
  const byFault = Map.groupBy(runs, ({ fault }) => fault)
  return {
    days: [...new Set(all.map(({ at }) => at.slice(0, 10)))].toSorted(),
    versions: [
      ...new Set(
        all.map(
          ({ versions: v }) =>
            `MySQL ${v.mysql}, ${v.postgres === undefined ? '' : `PostgreSQL ${v.postgres}, `}Kafka ${v.kafka}, Debezium ${v.debezium}, Node ${v.node}`
        )
      )
    ],
    runs: runs.length,
    faults: byFault.size,
    events: sum(({ events }) => events),
    counts: {
      lost: sum(({ counts }) => counts.lost),
      doubled: sum(({ counts }) => counts.doubled),
      reordered: sum(({ counts }) => counts.reordered),
      ghost: sum(({ counts }) => counts.ghost)
    },
    slowest: [...byFault.values()].map(own => Math.max(...own.map(({ healMs }) => healMs ?? Infinity))),
    slow: outcomes('slow'),
    failed: outcomes('failed'),
    void: outcomes('void'),
    absorbed: runs.filter(({ pass }) => pass !== undefined).reduce((total, { absorbed }) => total + absorbed, 0),
    busy: median(all.map(({ busy = 0 }) => busy))
  }
}

function renderSummary(summary: Summary): string {
  const { days, versions, counts, slowest, busy } = summary
  const when = days.length > 1 ? `from ${days[0]} to ${days.at(-1)}` : `on ${days[0] ?? 'no day'}`
  return `# Reliability

We break the whole pipeline on purpose, in ${summary.faults} ways, while orders arrive all the time: processes are killed and
frozen, networks cut, disks filled, clocks moved, records corrupted. After each fault an oracle, which shares no code with the library,
compares four independent sources: the client's own log, the rows of the writers, the records in Kafka, and each effect in the delivery
database. Longer soaks look for growth of memory, handles and lag.

| what | measured |
| - | - |
| runs | ${count(summary.runs)}, of ${summary.faults} ${summary.faults === 1 ? 'fault' : 'faults'}, with ${count(summary.events)} events |
| events lost, doubled, reordered, invented | ${counts.lost}, ${counts.doubled}, ${counts.reordered}, ${counts.ghost} |
| runs that healed within the bound of their fault | ${count(summary.runs - summary.slow - summary.failed)} of ${count(summary.runs)} |
| time until new orders are delivered again, in the slowest run of a fault | half of the faults: ${seconds(median(slowest))} or less; all: ${seconds(Math.max(...slowest))} or less |
| records that Kafka held more than once, each with one effect | ${count(summary.absorbed)} |

**What does not hold.** ${shortcomings(summary)}

\`npm run test:resilience -- --report\` writes this page from every recorded run, on one machine, ${when}. No figure is typed by hand.
${versions.join('; ')}.${busy < 2 ? '' : ` By the median ${Math.round(busy)} processes competed for each core, so take the times as upper bounds.`}`
}

function shortcomings({ slow, failed, void: empty }: Summary): string {
  const runs = (number: number) => (number === 1 ? '1 run' : `${number} runs`)
  const sentences = [
    ...(failed === 0 ? [] : [`${runs(failed)} failed.`]),
    ...(slow === 0 ? [] : [`${runs(slow)} healed later than the bound of the fault.`]),
    ...(empty === 0 ? [] : [`${runs(empty)} broke off and proved nothing.`]),
    'Loss of power was not tried, and neither were clock steps of the engines themselves. All parts run on one machine.'
  ]
  const where = failed + slow + empty === 0 ? '' : ' The [appendix](#runs-that-did-not-pass) lists these runs.'
  return `${sentences.join(' ')}${where}`
}

const howToRead = `## How a run goes

1. **Load.** A client sends orders over HTTP at a steady rate, whether or not earlier ones are answered. It repeats each order under
   its \`Idempotency-Key\` until it gets a 201. Beside it, ledger accounts advance version by version, so that order can be checked.
2. **Fault.** One fault, while the load goes on. Then the load ends and everything drains.
3. **Verdict.** The oracle compares its sources. Triggers record each effect in the effect's own transaction. Unit tests plant
   losses, duplicates and swaps to prove that the oracle finds them.

A run is void if the fault was not observed, fewer than 1,000 events flowed, or events still arrived two minutes after the load (what
was missing then may only have been late). *Healed after* is the time from the end of the cause
(the process may start, the network works, the disk has space) until an order that was sent after it is delivered. The bound is 10 s,
or 20 s where Connect or its connector is hit; the appendix gives the reason for each longer bound. *Refused* counts attempts, not
orders: during an outage each waiting order asks again, after the answer's \`Retry-After\` and a growing pause. *Twice in Kafka*
counts records that came again; the inbox let one of each take effect.`

function table(runs: readonly RecordedRun[], faults: readonly FaultText[]): string {
  const header = [
    '| fault | runs | events | lost | doubled | reordered | invented | healed after (bound) | longest silence | longest wait for a delivery | refused | twice in Kafka | healed by |',
    '| - | - | - | - | - | - | - | - | - | - | - | - | - |'
  ]
  const rows = faults.flatMap(fault => {
    const own = runs.filter(run => run.fault === fault.name && run.outcome !== 'void')
    return own.length === 0 ? [] : [row(fault, own)]
  })
  return [...header, ...rows].join('\n')
}

function row({ title, healWithinMs }: FaultText, runs: readonly RecordedRun[]): string {
  const sum = (pick: (run: RecordedRun) => number) => runs.reduce((total, run) => total + pick(run), 0)
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

function absorbedIn(runs: readonly RecordedRun[]): string {
  const alone = runs.filter(({ pass }) => pass !== undefined)
  return alone.length === 0 ? 'not recorded' : count(alone.reduce((total, { absorbed }) => total + absorbed, 0))
}

function allowances(faults: readonly FaultText[]): string {
  const lines = faults.flatMap(({ title, healWithinMs, because }) =>
    because === undefined ? [] : [`- ${atFullLength(title)}: ${seconds(healWithinMs)}, because ${because}.`]
  )
  return lines.length === 0 ? '' : `### Where healing may take longer\n\n${lines.join('\n')}`
}

function soaked(soaks: readonly Soak[]): string {
  const texts = soaks.map(({ at, minutes, most, perSecond, events, findings, refused, grown }) => {
    const rows = grown.map(
      ({ what, from, to, flat }) => `| ${what} | ${from} | ${to} | ${flat ? 'flat' : '**grows**'} |`
    )
    return `${at.slice(0, 10)}: ${minutes} minutes at ${perSecond} orders/s, half of the highest rate just before (${count(most)}). ${count(events)} events, ${findings} lost, doubled, reordered or invented, ${count(refused)} attempts refused. Medians after the warm-up and at the end:

| what | after the warm-up | at the end | |
| - | - | - | - |
${rows.join('\n')}`
  })
  return texts.length === 0 ? '' : `## Appendix: soaks\n\n${texts.join('\n\n')}`
}

function exceptions(runs: readonly RecordedRun[]): string {
  const bad = runs.filter(({ outcome }) => outcome !== 'passed')
  return list(
    'Runs that did not pass',
    bad.map(
      run => `${run.fault}, ${run.at.slice(0, 19)}Z: **${run.outcome}**. ${firstWords(run.reason)}.${whySlow(run)}`
    )
  )
}

function whySlow({ outcome, busy = 0 }: RecordedRun): string {
  const often = Math.round(busy)
  return outcome === 'slow' && often > 1 ? ` ${often} processes competed for each core.` : ''
}

/** The error without its stack. */
function firstWords(reason: string): string {
  const words = reason.split(/\s+at \S*[/(]/)[0] ?? reason
  // Paths of one machine don't belong in the report.
  return words.replaceAll(/(?<=^|\s)\/\S*?\/(?=(?:connect-config|\.data)\/)/g, '')
}

const wantedRuns = 3

function fullLengths(runs: readonly RecordedRun[], faults: readonly FaultText[]): readonly string[] {
  const full = (name: string) =>
    runs.filter(run => run.fault === name && !run.quick && run.outcome !== 'void').length >= wantedRuns
  const done = faults.filter(({ name }) => full(name)).length
  if (done === faults.length) return []
  return [`the full lengths: ${done} of ${faults.length} faults have run ${wantedRuns} times at full length`]
}

type Whole = { readonly faults: readonly FaultText[]; readonly soaks: readonly Soak[] }

function neverRun(runs: readonly RecordedRun[], { faults, soaks }: Whole): readonly string[] {
  const soak = soaks.length === 0 ? ['a soak at half of the maximum: `npm run test:resilience -- --soak`'] : []
  return [...soak, ...faults.filter(({ name }) => runs.every(run => run.fault !== name)).map(({ title }) => title)]
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) / 2)] ?? 0
}

function range(values: readonly number[]): string {
  if (values.length === 0) return 'not recorded'
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return seconds(least) === seconds(most) ? seconds(most) : `${seconds(least)} to ${seconds(most)}`
}

function seconds(ms: number): string {
  return Number.isFinite(ms) ? `${(ms / 1000).toFixed(1)} s` : 'never'
}

const count = (number: number) => number.toLocaleString('en')
