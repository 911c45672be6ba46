import type { Soak, Versions } from '../harness/keep-run.ts'
import type { Run } from '../harness/run-fault.ts'

export type NotedRun = Run & {
  readonly quick: boolean
  /** Left out where several faults shared one load: what came twice then belongs to none of them. */
  readonly pass?: number
  readonly versions: Versions
  /** How many processes wanted each core of the machine: healing times over 1 say as much about the machine. */
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
  readonly planned: readonly string[]
  readonly remarks: readonly string[]
  readonly soaks?: readonly Soak[]
}

/** The whole of docs/reliability.md. Every figure comes from a run. */
export function renderReport(runs: readonly NotedRun[], { faults, planned, remarks, soaks = [] }: Matrix): string {
  const sections = [
    intro(runs),
    table(runs, faults),
    allowances(faults),
    soaked(soaks),
    exceptions(runs),
    remarks.length === 0 ? '' : `## To read with the table\n\n${remarks.map(remark => `- ${remark}`).join('\n')}`,
    notRun([...fullLengths(runs, faults), ...neverRun(runs, { faults, soaks }), ...planned])
  ]
  return `${sections.filter(section => section !== '').join('\n\n')}\n`
}

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
  return `# Reliability

Written by \`npm run test:resilience -- --report\` from every run noted on one machine ${when}; no figure is typed by hand.
${versions.join('; ')}.

Each run: orders at a steady rate through HTTP, repeated under their \`Idempotency-Key\` until they have a 201, and beside them
accounts with many versions each; one fault; calm; then an oracle compares the client's own log, the rows in MySQL, the records
in Kafka and every effect in the delivery database, which triggers note in the effect's own transaction. A run in which fewer
than 1,000 events flowed, or whose fault was not seen to bite, is void.
Without a person, a single fault has to heal within 10 s, within 20 s where Connect or its connector is hit; what may take longer
stands below the table with its reason, and a run that took longer than its bound stands there as slow.

**${judged.length} runs, ${sum(run => run.events)} events: ${sum(run => run.counts.lost)} lost, ${sum(run => run.counts.doubled)} doubled, ${sum(run => run.counts.reordered)} reordered, ${sum(run => run.counts.ghost)} without an order.**
Void runs beside these: ${runs.length - judged.length}.`
}

function table(runs: readonly NotedRun[], faults: readonly Titled[]): string {
  const header = [
    '| fault | runs | events | lost | doubled | reordered | ghosts | healed after (bound) | longest silence | longest wait for a delivery | refused | twice in Kafka, absorbed | healed by |',
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
    title,
    `${runs.length}${shortened > 0 ? ` (${shortened} quick)` : ''}`,
    sum(({ events }) => events),
    sum(({ counts }) => counts.lost),
    sum(({ counts }) => counts.doubled),
    sum(({ counts }) => counts.reordered),
    sum(({ counts }) => counts.ghost),
    `${range(heals)} (${seconds(healWithinMs)})`,
    range(runs.map(({ silenceMs }) => silenceMs)),
    range(runs.map(({ longestWaitMs }) => longestWaitMs).filter(ms => ms !== undefined)),
    sum(({ refused }) => refused),
    absorbedIn(runs),
    [...new Set(runs.map(({ healedBy }) => healedBy))].join(' or ')
  ]
  return `| ${cells.join(' | ')} |`
}

function absorbedIn(runs: readonly NotedRun[]): string {
  const alone = runs.filter(({ pass }) => pass !== undefined)
  return alone.length === 0 ? 'not noted' : String(alone.reduce((total, { absorbed }) => total + absorbed, 0))
}

function allowances(faults: readonly Titled[]): string {
  const lines = faults.flatMap(({ title, healWithinMs, because }) =>
    because === undefined ? [] : [`- ${title}: ${seconds(healWithinMs)}, because ${because}.`]
  )
  return lines.length === 0 ? '' : `## Where healing may take longer\n\n${lines.join('\n')}`
}

function soaked(soaks: readonly Soak[]): string {
  if (soaks.length === 0) return ''
  const lines = soaks.map(({ at, minutes, most, perSecond, events, findings, refused, grown }) => {
    const told = grown.map(({ what, from, to, flat }) => `${what} ${from} to ${to}${flat ? '' : ' (**not flat**)'}`)
    return `- ${at}: ${minutes} minutes at ${perSecond} orders/s (${most} is the most), ${events} events, ${findings} findings, ${refused} requests refused. After the warm-up and in the end: ${told.join('; ')}.`
  })
  return `## Soak\n\n${lines.join('\n')}`
}

function exceptions(runs: readonly NotedRun[]): string {
  const bad = runs.filter(({ outcome }) => outcome !== 'passed')
  if (bad.length === 0) return ''
  const lines = bad.map(
    ({ fault, at, outcome, reason, busy }) => `- ${fault}, ${at}: **${outcome}**. ${firstWords(reason)}.${load(busy)}`
  )
  return `## Runs that did not pass\n\nAll that were noted. A bound named here is the one that held then.\n\n${lines.join('\n')}`
}

/** Without the lines of code that an error names. */
function firstWords(reason: string): string {
  return reason.split(/\s+at \S*[/(]/)[0] ?? reason
}

function load(busy: number | undefined): string {
  return busy === undefined ? '' : ` On a machine with ${busy} processes for each core.`
}

function notRun(names: readonly string[]): string {
  if (names.length === 0) return ''
  return `## Not run yet\n\n${names.map(name => `- ${name}`).join('\n')}`
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
