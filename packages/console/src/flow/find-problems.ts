import { isBroken, isHealthy, type Verdict, verdictOf } from '@outbox-cdc/connectctl'
import type { PartId, PartState } from '../api/pipeline-schemas.ts'
import { countOf, duration } from '../page/format.js'
import type { Failing } from './probe.ts'
import type { Readings } from './probes.ts'
import { type Names, verdictIn } from './readings.ts'

export type Problem = {
  /** null for a service at no end of a hop. */
  readonly part: PartId | null
  readonly state: Exclude<PartState, 'ok'>
  /** What is wrong with the part, in few words. */
  readonly words: string
  /** The sentence for the top of the page. */
  readonly text: string
  readonly advice?: string | undefined
  /** The screen with more about it, where it is not that of the part. */
  readonly see?: string | undefined
  readonly since?: number | undefined
}

/** Looks for one thing that may be wrong. */
type Finder = (readings: Readings, names: Names) => Problem | undefined

/** A backlog younger than this is no problem. */
const slowMs = 2_000
/** The group's offsets must not move for this long, while records wait, before the page calls it stuck. */
const stuckMs = 5_000

const severity: readonly PartState[] = ['stopped', 'slow', 'unknown']

/** All that is wrong, the worst first, causes before their effects: a person should look at the first one. */
export function findProblems(readings: Readings, names: Names): readonly Problem[] {
  const kafka = [databaseAway, kafkaAway, topicUnread, eventsStopped]
  const consumer = [consumerDown, effectsAway, groupUnread, groupStuck, behindKafka, leftTopics, parked]
  const found = [...kafka, ...consumer, writerDown, lackingReplicas].flatMap(find => find(readings, names) ?? [])
  return worstFirst(found)
}

/** Of equally bad ones, the earlier stays before the later. */
export function worstFirst<Of extends Pick<Problem, 'state'>>(problems: readonly Of[]): Of[] {
  return problems.toSorted((a, b) => severity.indexOf(a.state) - severity.indexOf(b.state))
}

/** A wrong setting is no diagnosis of the pipeline. */
function settingsProblem(part: Problem['part'], reason: string): Problem {
  const words = `configuration error: ${reason}`
  return { part, state: 'unknown', words, text: `Configuration error: ${reason}.` }
}

type Away = Pick<Problem, 'part' | 'state' | 'advice'> & {
  readonly words?: string
  /** What does not answer, and where it was asked, as parts of the sentence. */
  readonly subject: string
  readonly where?: string
  readonly effect?: string
}

/** A part that does not answer. */
function away({ since, reason, wrongSettings, refused }: Failing, now: number, about: Away): Problem {
  const { part, state, advice, words = 'does not answer', subject, where = '', effect = '' } = about
  if (wrongSettings) return settingsProblem(part, reason)
  // A refusal of this page is no news of the part.
  if (refused) return { part, state: 'unknown', words: 'refuses this page', text: reason, since }
  const text = `${subject} ${silence(now - since)}: ${reason}${where}.${effect}`
  return { part, state, words: `${words}: ${reason}`, text, advice, since }
}

/** How long a part has not answered, as the end of a sentence that begins with its name. */
function silence(ms: number): string {
  return ms < 1_000 ? 'does not answer any more' : `has not answered for ${duration(ms)}`
}

/** Whether events get from the database to Kafka. The keeper tells; this page compares nothing of its own. */
const eventsStopped: Finder = (readings, names) => {
  const verdict = verdictIn(readings) ?? reportedByConnect(readings, names)
  if (verdict !== undefined) return problemOf(verdict, names)
  const { keeper, now } = readings
  if (keeper !== undefined && keeper.failing === undefined) return undefined // not read yet
  const why =
    keeper?.failing === undefined
      ? 'no keeper is configured'
      : `the keeper at ${names.keeperUrl} ${silence(now - keeper.failing.since)} (${keeper.failing.reason})`
  const words = 'the keeper alone can tell whether events flow'
  const text = `This page cannot tell whether events flow: ${why}.`
  const advice = keeper ? 'Start the keeper: connectctl keep.' : 'Set KEEPER_URL to a keeper (connectctl keep).'
  return { part: 'debezium', state: 'unknown', words, text, advice }
}

function problemOf(verdict: Verdict, { connector, database }: Names): Problem | undefined {
  const { state, reason, advice, since } = verdict
  if (state === 'flowing') return undefined
  const about = { part: 'debezium', words: `${state}: ${reason}`, advice, since } as const
  if (isBroken(verdict)) return { ...about, state: 'stopped', text: `Events do not leave ${database}: ${reason}.` }
  if (isHealthy(verdict))
    return { ...about, state: 'slow', text: `Events wait in ${database}: ${connector} is ${reason}.` }
  if (state === 'starting') return { ...about, state: 'slow', text: `Events do not flow yet: ${reason}.` }
  return { ...about, state: 'unknown', text: `It is not known whether events flow: ${reason}.` }
}

/** Without a keeper, what Connect itself reports, unless it is RUNNING, which proves nothing. */
function reportedByConnect({ connector }: Readings, names: Names): Verdict | undefined {
  const { failing, value, at } = connector ?? {}
  if (failing === undefined && at === undefined) return undefined
  const verdict = verdictOf({ name: names.connector, report: failing ? 'unreachable' : (value ?? 'missing') })
  if (verdict.state === 'unknown') return undefined
  return failing ? { ...verdict, reason: failing.reason, since: failing.since } : verdict
}

const databaseAway: Finder = (readings, { aggregateHost, database: subject }) => {
  const { failing } = readings.aggregates ?? {}
  const advice = `Start ${subject} again. What was committed is safe and flows on by itself.`
  const about = { part: 'database', subject, where: ` at ${aggregateHost}`, advice } as const
  return failing && away(failing, readings.now, { ...about, state: ifEventsStop(readings) })
}

const kafkaAway: Finder = (readings, { brokers, topic, database }) => {
  const { failing } = readings.topic
  if (failing && /no topic|Unknown topic/i.test(failing.reason))
    return settingsProblem('topic', `there is no topic ${topic}. Check the topic of the hop, or create it`)
  const advice = 'Start the broker again. Debezium and the consumer go on where they stopped.'
  const effect = ` Committed events wait in ${database}.`
  const about = { part: 'topic', subject: 'Kafka', where: ` at ${brokers}`, effect, advice } as const
  return failing && away(failing, readings.now, { ...about, state: ifEventsStop(readings) })
}

/** The ends of the topic may be known all the same, and with them rates and lag. */
const topicUnread: Finder = ({ topic }) => {
  const { unread } = topic.value ?? {}
  if (topic.failing !== undefined || unread === undefined) return undefined
  return { part: 'topic', state: 'unknown', words: 'its records cannot be read', text: unread }
}

const groupUnread: Finder = ({ group, topic }) => {
  if (topic.failing !== undefined || !group.failing?.refused) return undefined
  return { part: 'delivery', state: 'unknown', words: 'its group cannot be read', text: group.failing.reason }
}

/** While the keeper sees events flow, a part that this console cannot reach is no outage. */
function ifEventsStop(readings: Readings): Problem['state'] {
  return verdictIn(readings)?.state === 'flowing' ? 'slow' : 'stopped'
}

const lackingReplicas: Finder = ({ topic }, names) => {
  const lacking = topic.value?.lackingReplicas ?? 0
  if (topic.failing !== undefined || lacking === 0) return undefined
  const partitions = countOf(lacking, 'partition')
  const text = `Events flow, but ${partitions} of ${names.topic} ${lacking === 1 ? 'lacks' : 'lack'} a replica: a broker is down or behind.`
  const advice = 'Start the missing broker. If another one fails, the topic may stop.'
  return { part: 'topic', state: 'slow', words: `${partitions} without all replicas`, text, advice }
}

/** A service that does not answer, or says itself that it is not ready. */
function serviceDown(reading: Readings['writer'], now: number, service: Omit<Away, 'state'>): Problem | undefined {
  if (reading?.failing) return away(reading.failing, now, { ...service, state: 'stopped' })
  if (reading?.value === undefined || reading.value.ready) return undefined
  const why = reading.value.reason ?? 'it does not say why'
  return {
    part: service.part,
    state: 'slow',
    words: `not ready: ${why}`,
    text: `${service.subject} is not ready: ${why}.`
  }
}

const writerDown: Finder = ({ writer, now }, { writer: name, writerPlace }) => {
  const about = { part: 'writer', subject: `${name} at ${writerPlace}`, advice: `Start ${name} again.` } as const
  return serviceDown(writer, now, { ...about, effect: ' It accepts no requests.' })
}

const consumerDown: Finder = ({ consumer, now }, { consumer: name, consumerPlace }) => {
  const about = { part: 'delivery', subject: `${name} at ${consumerPlace}`, advice: `Start ${name} again.` } as const
  return serviceDown(consumer, now, { ...about, effect: ' Events wait in Kafka until it is back.' })
}

const effectsAway: Finder = (readings, { aggregateHost, effectHost }) => {
  const { aggregates, effects, now } = readings
  // One server that is down is no worse here than at MySQL, which comes first and is the cause.
  const isTheirServer = aggregates?.failing !== undefined && serverOf(aggregateHost) === serverOf(effectHost)
  const state = isTheirServer ? ifEventsStop(readings) : 'stopped'
  const about = {
    subject: "The consumer's database",
    where: ` at ${effectHost}`,
    words: 'its database does not answer'
  }
  return effects?.failing && away(effects.failing, now, { ...about, part: 'delivery', state })
}

/** `host:port` of `host:port/database`. */
const serverOf = (place: string) => place.split('/')[0]

const groupStuck: Finder = ({ group, topic, now }, names) => {
  if (topic.failing !== undefined) return undefined
  if (group.failing?.wrongSettings) return settingsProblem('delivery', group.failing.reason)
  if (group.value === undefined || group.failing?.refused) return undefined
  const { state, members, waiting, movedAt, others } = group.value
  const { events, ms } = waiting ?? { events: 0, ms: 0 }
  const part = 'delivery'
  if (state === 'dead' && waiting === null) {
    const text = `There is no group ${names.group}: the topic has never been read under this name.`
    const advice = 'Set the group of the hop to that of your consumer, or start it.'
    return { part, state: 'unknown', words: 'there is no such group', text, advice }
  }
  const nothing = `Nothing has been delivered for ${duration(ms)}`
  const held =
    events > 0 ? `; ${countOf(events, 'event')} ${events === 1 ? 'waits' : 'wait'} in Kafka${elsewhere(others)}` : ''
  if (members === 0) {
    const result = events > 0 ? nothing : 'New events would not be delivered'
    const text = `${result}: the group ${names.group} has no members${held}.`
    const [advice, since] = [`Start ${names.consumer}.`, events > 0 ? now - ms : undefined]
    return { part, state: 'stopped', words: 'its group has no members', text, advice, since }
  }
  if (events === 0 || ms < slowMs || now - movedAt <= stuckMs) return undefined
  const stuck = { part, state: 'stopped', since: movedAt } as const
  if (/rebalance|assigning|reconciling/.test(state)) {
    const text = `${nothing}: the group ${names.group} is rebalancing${held}.`
    const advice = 'It continues by itself once Kafka has given up a lost member, after about 10 s.'
    return { ...stuck, words: 'its group is rebalancing', text, advice }
  }
  const text = `${nothing} although the group ${names.group} has ${countOf(members, 'member')}${held}.`
  const advice = `See the log of ${names.consumer}: a handler may hang, or its database may refuse.`
  return { ...stuck, words: 'handles nothing', text, advice }
}

/** What of it waits in other topics than the pipeline's. */
function elsewhere(others: readonly { readonly name: string; readonly events: number }[]): string {
  const behind = others.filter(({ events }) => events > 0)
  return behind.length === 0 ? '' : ` (${behind.map(({ name, events }) => `${events} in ${name}`).join(', ')})`
}

const leftTopics: Finder = ({ group }, names) => {
  const first = group.value?.left[0]
  if (first === undefined || group.value?.members === 0) return undefined
  const events = countOf(first.events, 'event')
  const text = `${first.name} has ${events} that no member of the group ${names.group} reads, although it once did.`
  const advice = `Let ${names.consumer} read it again, or delete the group's offsets of this topic.`
  return { part: 'delivery', state: 'slow', words: `does not read ${first.name} any more`, text, advice }
}

const behindKafka: Finder = ({ group }, names) => {
  const { waiting, others = [] } = group.value ?? {}
  if (!waiting || waiting.ms < slowMs || waiting.events === 0) return undefined
  const events = countOf(waiting.events, 'event')
  const wait = `${waiting.events === 1 ? 'waits' : 'wait'} in Kafka${elsewhere(others)} and ${waiting.events === 1 ? 'is' : 'are'}`
  const text = `${names.group} is ${duration(waiting.ms)} behind: ${events} ${wait} being handled.`
  return { part: 'delivery', state: 'slow', words: `${events} behind`, text }
}

const parked: Finder = ({ effects }) => {
  const events = effects?.value?.parked ?? 0
  if (events === 0) return undefined
  const wait = events === 1 ? 'is parked and waits' : 'are parked and wait'
  const text = `Events flow, but ${countOf(events, 'event')} ${wait} for a person.`
  const advice = 'Fix the cause, then retry.'
  return { part: 'delivery', state: 'slow', words: `${events} parked`, text, advice, see: '/parked' }
}
