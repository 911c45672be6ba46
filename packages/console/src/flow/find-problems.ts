import { isBroken, isHealthy, type Verdict, verdictOf } from '@outbox-cdc/connectctl'
import type { HopId, HopState } from '../api/pipeline-schemas.ts'
import { type Names, type Readings, verdictIn, waitingInKafka } from './readings.ts'
import { count, duration, silence } from './say.ts'

export type Problem = {
  readonly hop: HopId
  readonly state: Exclude<HopState, 'ok'>
  /** What is wrong with the hop, in few words. */
  readonly words: string
  /** The sentence for the top of the page. */
  readonly text: string
  readonly advice?: string | undefined
  /** The screen with more about it, where it is not that of the hop. */
  readonly see?: string | undefined
  readonly since?: number | undefined
}

/** Looks for one thing that may be wrong. */
type Finder = (readings: Readings, names: Names) => Problem | undefined

/** A backlog younger than this is no problem. */
const slowMs = 2_000

/** All that is wrong, causes before their effects: a person should look at the first one. */
export function findProblems(readings: Readings, names: Names): readonly Problem[] {
  const service = { orders: serviceDown('orders'), delivery: serviceDown('delivery') }
  const kafka = [mysqlAway, kafkaAway, eventsStopped]
  const consumer = [service.delivery, effectsAway, groupStuck, behindKafka, parked]
  return [...kafka, ...consumer, service.orders, lackingReplicas].flatMap(find => find(readings, names) ?? [])
}

/** A wrong setting is no diagnosis of the pipeline. */
function settingsProblem(hop: HopId, reason: string): Problem {
  const words = `configuration error: ${reason}`
  return { hop, state: 'unknown', words, text: `Configuration error: ${reason}.` }
}

/** Whether events get from MySQL to Kafka. The keeper tells; this page compares nothing of its own. */
const eventsStopped: Finder = (readings, names) => {
  const verdict = verdictIn(readings)
  if (verdict !== undefined) return problemOf(verdict, names)
  const reported = reportedByConnect(readings, names)
  if (reported !== undefined) return reported
  const { keeper, now } = readings
  if (keeper !== undefined && keeper.failing === undefined) return undefined // not read yet
  const why =
    keeper?.failing === undefined
      ? 'no keeper is configured'
      : `the keeper at ${names.keeperUrl} ${silence(now - keeper.failing.since)} (${keeper.failing.reason})`
  const words = 'the keeper alone can tell whether events flow'
  const text = `This page cannot tell whether events flow: ${why}.`
  const advice = keeper ? 'Start the keeper: connectctl keep.' : 'Set KEEPER_URL to a keeper (connectctl keep).'
  return { hop: 'debezium', state: 'unknown', words, text, advice }
}

function problemOf(verdict: Verdict, { connector }: Names): Problem | undefined {
  const { state, reason, advice, since } = verdict
  if (state === 'flowing') return undefined
  const about = { hop: 'debezium', words: `${state}: ${reason}`, advice, since } as const
  if (isBroken(verdict)) return { ...about, state: 'stopped', text: `Events do not leave MySQL: ${reason}.` }
  if (isHealthy(verdict)) return { ...about, state: 'slow', text: `Events wait in MySQL: ${connector} is ${reason}.` }
  if (state === 'starting') return { ...about, state: 'slow', text: `Events do not flow yet: ${reason}.` }
  return { ...about, state: 'unknown', text: `It is not known whether events flow: ${reason}.` }
}

/** Without a keeper, what Connect itself reports, unless it is RUNNING, which proves nothing. */
function reportedByConnect({ connector }: Readings, names: Names): Problem | undefined {
  if (connector === undefined || (connector.value === undefined && connector.failing === undefined && !connector.at))
    return undefined
  const report = connector.failing === undefined ? (connector.value ?? 'missing') : 'unreachable'
  const verdict = verdictOf({ name: names.connector, report })
  if (verdict.state === 'unknown') return undefined
  const reason = connector.failing === undefined ? verdict.reason : connector.failing.reason
  return problemOf({ ...verdict, reason, since: connector.failing?.since }, names)
}

const mysqlAway: Finder = (readings, { ordersHost }) => {
  const { aggregates, now } = readings
  if (aggregates?.failing === undefined) return undefined
  const { since, reason, wrongSettings } = aggregates.failing
  if (wrongSettings) return settingsProblem('mysql', reason)
  const text = `MySQL ${silence(now - since)}: ${reason} at ${ordersHost}.`
  const advice = 'Start MySQL again. What was committed is safe and flows on by itself.'
  return { hop: 'mysql', state: ifEventsStop(readings), words: `does not answer: ${reason}`, text, advice, since }
}

const kafkaAway: Finder = (readings, { brokers, topic: name }) => {
  const { topic, now } = readings
  if (topic.failing === undefined) return undefined
  const { since, reason } = topic.failing
  if (/no topic|Unknown topic/i.test(reason))
    return settingsProblem('topic', `there is no topic ${name}. Check KAFKA_TOPIC, or create the topic`)
  const text = `Kafka ${silence(now - since)}: ${reason} at ${brokers}. Committed events wait in MySQL.`
  const advice = 'Start the broker again. Debezium and the consumer go on where they stopped.'
  return { hop: 'topic', state: ifEventsStop(readings), words: `does not answer: ${reason}`, text, advice, since }
}

/** While the keeper sees events flow, a part that this console cannot reach is no outage. */
function ifEventsStop(readings: Readings): Problem['state'] {
  return verdictIn(readings)?.state === 'flowing' ? 'slow' : 'stopped'
}

const lackingReplicas: Finder = ({ topic }, names) => {
  const lacking = topic.value?.lackingReplicas ?? 0
  if (topic.failing !== undefined || lacking === 0) return undefined
  const partitions = count(lacking, 'partition')
  const text = `Events flow, but ${partitions} of ${names.topic} ${lacking === 1 ? 'lacks' : 'lack'} a replica: a broker is down or behind.`
  const advice = 'Start the missing broker. If another one fails, the topic may stop.'
  return { hop: 'topic', state: 'slow', words: `${partitions} without all replicas`, text, advice }
}

/** A service that does not answer, or says itself that it is not ready. */
function serviceDown(hop: 'orders' | 'delivery'): Finder {
  return ({ writer, consumer, now }, names) => {
    const [reading, name, place, meaning] =
      hop === 'orders'
        ? [writer, names.orderService, names.orderServicePlace, 'It accepts no orders']
        : [consumer, names.deliveryService, names.deliveryServicePlace, 'Events wait in Kafka until it is back']
    if (reading?.failing !== undefined) {
      const { since, reason } = reading.failing
      const text = `${name} at ${place} ${silence(now - since)} (${reason}). ${meaning}.`
      return { hop, state: 'stopped', words: `does not answer: ${reason}`, text, since, advice: `Start ${name} again.` }
    }
    if (reading?.value === undefined || reading.value.ready) return undefined
    const why = reading.value.reason ?? 'it does not say why'
    return { hop, state: 'slow', words: `not ready: ${why}`, text: `${name} is not ready: ${why}.` }
  }
}

const effectsAway: Finder = (readings, { ordersHost, deliveriesHost }) => {
  const { aggregates, effects, now } = readings
  if (effects?.failing === undefined) return undefined
  const { since, reason, wrongSettings } = effects.failing
  if (wrongSettings) return settingsProblem('delivery', reason)
  // One server that is down is no worse here than at MySQL, which comes first and is the cause.
  const isTheirServer = aggregates?.failing !== undefined && serverOf(ordersHost) === serverOf(deliveriesHost)
  const state = isTheirServer ? ifEventsStop(readings) : 'stopped'
  const text = `The consumer's database ${silence(now - since)}: ${reason} at ${deliveriesHost}.`
  return { hop: 'delivery', state, words: `its database does not answer: ${reason}`, text, since }
}

/** `host:port` of `host:port/database`. */
const serverOf = (place: string) => place.split('/')[0]

const groupStuck: Finder = (readings, names) => {
  const { group, topic, groupStuckSince, now } = readings
  if (topic.failing !== undefined || group.value === undefined) return undefined
  const { state, members, committed } = group.value
  const { events = 0, ms = 0 } = waitingInKafka(readings) ?? {}
  const hop = 'delivery'
  if (state === 'dead' && committed.size === 0) {
    const text = `There is no group ${names.group}: the topic has never been read under this name.`
    const advice = 'Set KAFKA_GROUP to the group of your consumer, or start it.'
    return { hop, state: 'unknown', words: 'there is no such group', text, advice }
  }
  const nothing = `Nothing has been delivered for ${duration(ms)}`
  const held = events > 0 ? `; ${count(events, 'event')} wait in Kafka` : ''
  if (members === 0) {
    const result = events > 0 ? nothing : 'New events would not be delivered'
    const text = `${result}: the group ${names.group} has no members${held}.`
    const [advice, since] = [`Start ${names.deliveryService}.`, events > 0 ? now - ms : undefined]
    return { hop, state: 'stopped', words: 'its group has no members', text, advice, since }
  }
  if (groupStuckSince === undefined || ms < slowMs) return undefined
  const stuck = { hop, state: 'stopped', since: groupStuckSince } as const
  if (/rebalance|assigning|reconciling/.test(state)) {
    const text = `${nothing}: the group ${names.group} is rebalancing${held}.`
    const advice = 'It continues by itself once Kafka has given up a lost member, after about 10 s.'
    return { ...stuck, words: 'its group is rebalancing', text, advice }
  }
  const text = `${nothing} although the group ${names.group} has ${count(members, 'member')}${held}.`
  const advice = `See the log of ${names.deliveryService}: a handler may hang, or its database may refuse.`
  return { ...stuck, words: 'handles nothing', text, advice }
}

const behindKafka: Finder = (readings, names) => {
  const waiting = waitingInKafka(readings)
  if (waiting === null || waiting.ms < slowMs || waiting.events === 0) return undefined
  const events = count(waiting.events, 'event')
  const text = `${names.group} is ${duration(waiting.ms)} behind: ${events} wait in Kafka and are being handled.`
  return { hop: 'delivery', state: 'slow', words: `${events} behind`, text }
}

const parked: Finder = ({ effects }) => {
  const events = effects?.value?.parked?.events ?? 0
  if (events === 0) return undefined
  const wait = events === 1 ? 'is parked and waits' : 'are parked and wait'
  const text = `Events flow, but ${count(events, 'event')} ${wait} for a person.`
  const advice = 'Fix the cause, then retry.'
  return { hop: 'delivery', state: 'slow', words: `${events} parked`, text, advice, see: '/parked' }
}
