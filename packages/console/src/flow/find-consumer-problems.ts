import { type Finder, settingsProblem } from './problem.ts'
import { waitingInKafka } from './readings.ts'
import { count, duration, silence } from './say.ts'

/** A backlog older than this is worth a word; one that has not moved for longer than `stuckMs` is a problem. */
const slowMs = 2_000

/** A service that does not answer, or says itself that it is not ready. */
export const serviceDown = (hop: 'orders' | 'delivery'): Finder => {
  return ({ writer, consumer, now }, names) => {
    const reading = hop === 'orders' ? writer : consumer
    const name = hop === 'orders' ? names.orderService : names.deliveryService
    const place = hop === 'orders' ? names.orderServicePlace : names.deliveryServicePlace
    const meaning = hop === 'orders' ? 'It accepts no orders' : 'Events wait in Kafka until it is back'
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

const effectsAway: Finder = ({ aggregates, effects, now }, { ordersHost, deliveriesHost }) => {
  if (effects?.failing === undefined) return undefined
  // One server that is down is one problem, and it is named where it comes first: at MySQL.
  if (aggregates?.failing !== undefined && serverOf(ordersHost) === serverOf(deliveriesHost)) return undefined
  const { since, reason, wrongSettings } = effects.failing
  if (wrongSettings) return settingsProblem('delivery', reason)
  return {
    hop: 'delivery',
    state: 'stopped',
    words: `its database does not answer: ${reason}`,
    text: `The consumer's database ${silence(now - since)}: ${reason} at ${deliveriesHost}.`,
    since
  }
}

/** `host:port` of `host:port/database`. */
const serverOf = (place: string) => place.split('/')[0]

const groupStuck: Finder = (readings, names) => {
  const { group, topic, groupStuckSince, now } = readings
  if (topic.failing !== undefined || group.value === undefined) return undefined
  const { state, members, committed } = group.value
  const waiting = waitingInKafka(readings)
  const events = waiting?.events ?? 0
  const nothing = `Nothing has been delivered for ${duration(waiting?.ms ?? 0)}`
  const held = events > 0 ? `; ${count(events, 'event')} wait in Kafka` : ''
  if (state === 'dead' && committed.size === 0)
    return {
      hop: 'delivery',
      state: 'unknown',
      words: 'there is no such group',
      text: `There is no group ${names.group}: the topic has never been read under this name.`,
      advice: 'Set KAFKA_GROUP to the group of your consumer, or start it.'
    }
  if (members === 0)
    return {
      hop: 'delivery',
      state: 'stopped',
      words: 'its group has no members',
      text: `${events > 0 ? nothing : 'New events would not be delivered'}: the group ${names.group} has no members${held}.`,
      advice: `Start ${names.deliveryService}.`,
      since: events > 0 ? now - (waiting?.ms ?? 0) : undefined
    }
  if (groupStuckSince === undefined || (waiting?.ms ?? 0) < slowMs) return undefined
  const stuck = { hop: 'delivery', state: 'stopped', since: groupStuckSince } as const
  if (/rebalance|assigning|reconciling/.test(state))
    return {
      ...stuck,
      words: 'its group is rebalancing',
      text: `${nothing}: the group ${names.group} is rebalancing${held}.`,
      advice: 'It continues by itself once Kafka has given up a lost member, after about 10 s.'
    }
  return {
    ...stuck,
    words: 'handles nothing',
    text: `${nothing} although the group ${names.group} has ${count(members, 'member')}${held}.`,
    advice: `See the log of ${names.deliveryService}: a handler may hang, or its database may refuse.`
  }
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
  return {
    hop: 'delivery',
    state: 'slow',
    words: `${events} parked`,
    text: `Events flow, but ${count(events, 'event')} ${events === 1 ? 'is parked and waits' : 'are parked and wait'} for a person.`,
    advice: 'Fix the cause, then retry.',
    see: '/parked'
  }
}

export const consumerFinders: readonly Finder[] = [effectsAway, groupStuck, behindKafka, parked]
