import { eventKey, readEventKey } from '../consumer/read/event-key.ts'

/** An aggregate in the writer's database. */
export type CommittedAggregate = { readonly id: string; readonly at: number }

/** An event in the topic, in the order of its partition. */
export type TopicEvent = {
  readonly aggregate?: string | undefined
  readonly aggregateId: string
  readonly name: string
  readonly messageId: string
  readonly version?: number | undefined
  readonly at: number
  /** `partition@offset`, for the report. */
  readonly place: string
}

/** An effect in the consumer's database, in the order in which they happened if it has a `version`. */
export type Effect = CommittedAggregate & { readonly version?: number | undefined }

export type AuditInput = {
  readonly committed: readonly CommittedAggregate[]
  readonly events: readonly TopicEvent[]
  readonly effects: readonly Effect[]
  /** The keys whose events are parked: they are not lost. */
  readonly parked: ReadonlySet<string>
  /** The keys whose event a person skipped. */
  readonly skipped: ReadonlySet<string>
  /** Records of the topic that aren't events. */
  readonly unreadable: number
  /** Only the time between these must be complete; the inputs reach beyond it on both sides. */
  readonly from: number
  readonly to: number
  /** The events that make the effect: each row of `committed` causes one of them. */
  readonly causes: readonly string[]
}

export type FindingKind =
  | 'missing in topic'
  | 'missing effect'
  | 'nothing committed'
  | 'effect without event'
  | 'duplicate event'
  | 'duplicate effect'
  | 'reordered in topic'
  | 'reordered effect'
  | 'version gap'

/** `key` is the key under which the event would be parked; missing where the topic doesn't show the aggregate. */
export type Finding = {
  readonly kind: FindingKind
  readonly id: string
  readonly key?: string | undefined
  readonly detail: string
}

export type AuditReport = ReturnType<typeof compare>

/** Compares what was committed, what was published and what took effect: each once, none invented, in order. */
export function compare(input: AuditInput) {
  const { committed, events, effects, parked, skipped, unreadable } = input
  const within = (one?: { readonly at: number }) => one !== undefined && one.at >= input.from && one.at < input.to
  const first = [...Map.groupBy(events, ({ messageId }) => messageId).values()].flatMap(same => same.slice(0, 1))
  const sides = sidesOf(input, first)
  const findings = [
    ...[...sides.committed.values()].filter(rows => rows.some(within)).flatMap(rows => checkCommitted(rows, sides)),
    ...[...sides.causing.values()].filter(([one]) => within(one)).flatMap(same => checkEvents(same, sides)),
    ...[...sides.effects.values()].filter(([one]) => within(one)).flatMap(same => checkEffects(same, sides)),
    ...inOrder(
      first.filter(within).map(event => ({ ...event, id: event.aggregateId, key: keyOf(event) })),
      ['reordered in topic', 'duplicate event']
    ),
    ...inOrder(
      effects.filter(within).map(effect => ({ ...effect, key: sides.keyOf(effect.id) })),
      ['reordered effect', 'duplicate effect']
    )
  ]
  const counts = {
    committed: committed.filter(within).length,
    events: first.filter(within).length,
    effects: effects.filter(within).length,
    parked: parked.size,
    skipped: skipped.size,
    // Records that Connect sent again: allowed, because the inbox makes them duplicates.
    redelivered: events.length - first.length,
    // Without a registry, Avro events count here too.
    unreadable
  }
  return { findings, counts }
}

const keyOf = ({ aggregate, aggregateId }: TopicEvent): string => eventKey(aggregate, aggregateId)

type Sides = ReturnType<typeof sidesOf>

/** What is known of each aggregate. */
function sidesOf({ causes, committed, effects, parked, skipped }: AuditInput, first: readonly TopicEvent[]) {
  const causing = first.filter(({ name }) => causes.includes(name))
  // A key has the aggregate's name, which rows and effects don't have.
  const named = [...new Set(causing.map(({ aggregate }) => aggregate))]
  const settled = [...parked, ...skipped]
  const names = named.length > 0 ? named : [...new Set(settled.map(key => readEventKey(key)?.aggregate))]
  const parkedOrSkipped = new Set(settled)
  return {
    keyOf: (id: string) => (named.length === 1 ? eventKey(named[0], id) : undefined),
    isParkedOrSkipped: (id: string) => names.some(name => parkedOrSkipped.has(eventKey(name, id))),
    causes: causes.join(' or '),
    committed: Map.groupBy(committed, ({ id }) => id),
    causing: Map.groupBy(causing, ({ aggregateId }) => aggregateId),
    effects: Map.groupBy(effects, ({ id }) => id)
  }
}

/** An event may recur, so each row needs an event of its own. */
function checkCommitted(
  rows: readonly CommittedAggregate[],
  { causing, isParkedOrSkipped, keyOf, causes }: Sides
): Finding[] {
  const [{ id, at } = { id: '', at: 0 }] = rows
  const published = causing.get(id)?.length ?? 0
  // A record that can't be read seems to be missing here; its key is parked.
  if (published >= rows.length || isParkedOrSkipped(id)) return []
  const detail =
    published === 0 ? `committed ${time(at)}, no ${causes} in the topic` : `${rows.length} rows, ${published} ${causes}`
  return [{ kind: 'missing in topic', id, key: keyOf(id), detail }]
}

/** Checks the events of one aggregate; `inOrder` finds doubles by their versions. */
function checkEvents([one]: readonly TopicEvent[], sides: Sides): Finding[] {
  if (one === undefined) return []
  const { aggregateId: id, name, place } = one
  const about = { id, key: keyOf(one) }
  const findings: Finding[] = []
  if (!sides.committed.has(id))
    findings.push({ kind: 'nothing committed', ...about, detail: `${name} at ${place}, no such row` })
  if (!sides.effects.has(id) && !sides.isParkedOrSkipped(id))
    findings.push({ kind: 'missing effect', ...about, detail: `${name} at ${place} took no effect` })
  return findings
}

/** Checks the effects on one aggregate. */
function checkEffects(effects: readonly Effect[], { causing, committed, keyOf }: Sides): Finding[] {
  const [one] = effects
  if (one === undefined) return []
  const { id } = one
  const key = keyOf(id)
  if (!causing.has(id) && !committed.has(id))
    return [{ kind: 'effect without event', id, key, detail: `of ${time(one.at)}` }]
  // Where effects have versions, `inOrder` checks them.
  const events = causing.get(id)?.length ?? 1
  if (one.version !== undefined || effects.length <= events) return []
  return [{ kind: 'duplicate effect', id, key, detail: `${effects.length} effects of ${events} events` }]
}

type Numbered = Pick<Finding, 'id' | 'key'> & {
  readonly version?: number | undefined
  readonly place?: string
}

/** Versions must go up by one. The first version in the window may be any, because the aggregate may be older. */
function inOrder(items: readonly Numbered[], [swapped, doubled]: readonly [FindingKind, FindingKind]): Finding[] {
  const seen = new Map<string, { last: number; readonly versions: Set<number> }>()
  const findings: Finding[] = []
  for (const { id, key, version, place = '' } of items) {
    if (version === undefined) continue
    const before = seen.get(key ?? id) ?? { last: version - 1, versions: new Set() }
    const detail = `version ${version} after ${before.last} ${place}`.trimEnd()
    if (before.versions.has(version)) findings.push({ kind: doubled, id, key, detail })
    else if (version < before.last) findings.push({ kind: swapped, id, key, detail })
    else if (version > before.last + 1) findings.push({ kind: 'version gap', id, key, detail })
    before.last = Math.max(version, before.last)
    seen.set(key ?? id, { ...before, versions: before.versions.add(version) })
  }
  return findings
}

function time(at: number): string {
  return new Date(at).toISOString()
}
