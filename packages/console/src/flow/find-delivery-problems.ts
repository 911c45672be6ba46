import { type Finder, slowMs } from './problem.ts'
import { waitingInKafka } from './readings.ts'
import { count, duration, silence } from './say.ts'

/** A service that does not answer, or says itself that it is not ready. */
export const serviceDown = (hop: 'orders' | 'delivery'): Finder => {
  return ({ orderService, deliveryService, now }, names) => {
    const reading = hop === 'orders' ? orderService : deliveryService
    const name = hop === 'orders' ? names.orderService : names.deliveryService
    const place = hop === 'orders' ? names.orderServicePlace : names.deliveryServicePlace
    const meaning =
      hop === 'orders' ? 'No order can be placed; what was committed flows on' : 'Events wait in Kafka until it is back'
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

export const deliveriesAway: Finder = ({ deliveries, now }, { deliveriesHost }) => {
  if (deliveries?.failing === undefined) return undefined
  const { since, reason } = deliveries.failing
  return {
    hop: 'delivery',
    state: 'stopped',
    words: `its database does not answer: ${reason}`,
    text: `The delivery database ${silence(now - since)}: ${reason} at ${deliveriesHost}.`,
    since
  }
}

export const groupStuck: Finder = (readings, names) => {
  const { group, topic, stuckSince, now } = readings
  if (topic.failing !== undefined || group.value === undefined) return undefined
  const waiting = waitingInKafka(readings)
  const nothing =
    waiting !== null && waiting.events > 0 ? `Nothing has been delivered for ${duration(waiting.ms)}` : undefined
  const held = waiting !== null && waiting.events > 0 ? `; ${count(waiting.events, 'event')} wait in Kafka` : ''
  if (group.value.state === 'dead' && group.value.committed.size === 0)
    return {
      hop: 'delivery',
      state: 'unknown',
      words: 'there is no such group',
      text: `There is no group ${names.group}: nobody has read the topic under this name.`,
      advice: 'Set KAFKA_GROUP to the group of your consumer, or start it.'
    }
  if (group.value.members === 0)
    return {
      hop: 'delivery',
      state: 'stopped',
      words: 'its group has no members',
      text: `${nothing ?? 'New events would not be delivered'}: the group ${names.group} has no members${held}.`,
      advice: `Start ${names.deliveryService}.`,
      since: waiting === null || waiting.events === 0 ? undefined : now - waiting.ms
    }
  if (nothing === undefined || stuckSince.group === undefined || (waiting?.ms ?? 0) < slowMs) return undefined
  if (/rebalance|assigning|reconciling/.test(group.value.state))
    return {
      hop: 'delivery',
      state: 'stopped',
      words: 'its group shares out the partitions',
      text: `${nothing}: the group ${names.group} shares out its partitions anew${held}.`,
      advice: 'It goes on by itself once a member that went away without a word is given up, 10 s or so.',
      since: stuckSince.group
    }
  return {
    hop: 'delivery',
    state: 'stopped',
    words: 'nothing is handled',
    text: `${nothing} although the group ${names.group} has ${count(group.value.members, 'member')}${held}.`,
    advice: `See the log of ${names.deliveryService}: a handler may hang, or its database may refuse.`,
    since: stuckSince.group
  }
}

export const behindKafka: Finder = (readings, names) => {
  const waiting = waitingInKafka(readings)
  if (waiting === null || waiting.ms < slowMs || waiting.events === 0) return undefined
  return {
    hop: 'delivery',
    state: 'slow',
    words: `${count(waiting.events, 'event')} behind`,
    text: `${names.group} is ${duration(waiting.ms)} behind: ${count(waiting.events, 'event')} wait in Kafka and are worked off.`
  }
}

export const parked: Finder = ({ deliveries }) => {
  const events = deliveries?.value?.parked?.events ?? 0
  if (events === 0) return undefined
  return {
    hop: 'delivery',
    state: 'slow',
    words: `${events} parked`,
    text: `All flows, but ${count(events, 'event')} ${events === 1 ? 'is parked and waits' : 'are parked and wait'} for a person.`,
    advice: 'Mend the cause, then retry.',
    see: '/parked'
  }
}
