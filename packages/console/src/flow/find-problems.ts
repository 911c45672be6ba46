import { verdictOf } from '../connect/verdict.ts'
import { behindKafka, deliveriesAway, groupStuck, parked, serviceDown } from './find-delivery-problems.ts'
import { type Finder, type Problem, slowMs } from './problem.ts'
import { type Names, type Readings, waitingInMysql } from './readings.ts'
import { count, duration, silence } from './say.ts'

/** A source that is silent for this long while its probe is due is not just between two beats. */
const silentMs = 20_000

/** All that is wrong, causes before their effects: the first one is what a person should look at. */
export function findProblems(readings: Readings, names: Names): readonly Problem[] {
  return finders.map(find => find(readings, names)).filter(problem => problem !== undefined)
}

const mysqlAway: Finder = ({ orders, now }, { ordersHost }) => {
  if (orders?.failing === undefined) return undefined
  const { since, reason } = orders.failing
  return {
    hop: 'mysql',
    state: 'stopped',
    words: `does not answer: ${reason}`,
    text: `MySQL ${silence(now - since)}: ${reason} at ${ordersHost}. No order can be placed.`,
    advice: 'Start MySQL again; what was committed is safe and flows on by itself.',
    since
  }
}

const kafkaAway: Finder = ({ topic, orders, now }, { brokers, topic: name }) => {
  if (topic.failing === undefined) return undefined
  const { since, reason } = topic.failing
  if (/no topic|Unknown topic/i.test(reason))
    return {
      hop: 'topic',
      state: 'stopped',
      words: 'the topic does not exist',
      text: `The topic ${name} does not exist, so nothing can be published.`,
      advice: 'Set KAFKA_TOPIC to the topic of your pipeline, or create this one; npm start does.',
      since
    }
  return {
    hop: 'topic',
    state: 'stopped',
    words: `does not answer: ${reason}`,
    text: `Kafka ${silence(now - since)}: ${reason} at ${brokers}. ${orders === undefined ? 'Nothing is published or delivered' : 'Orders are accepted and wait in MySQL'}.`,
    advice: 'Start the broker again; Debezium and the consumer go on where they stopped.',
    since
  }
}

type Down = { readonly words: string; readonly cause: string; readonly advice: string; readonly since?: number }

const connectorDown: Finder = (readings, names) => {
  const { connector, now } = readings
  if (connector === undefined) return undefined
  if (connector.failing !== undefined) {
    const { since, reason } = connector.failing
    return down(readings, {
      words: `Kafka Connect does not answer: ${reason}`,
      cause: `Kafka Connect at ${names.connectUrl} ${silence(now - since)} (${reason})`,
      advice: 'Start Kafka Connect again; nothing is lost.',
      since
    })
  }
  if (connector.value === undefined) return undefined
  const { status } = connector.value
  if (status === undefined)
    return down(readings, {
      words: 'there is no connector',
      cause: `there is no connector ${names.connector}`,
      advice: 'npm run connectors creates it.'
    })
  const { state, words } = verdictOf(status)
  if (state === 'ok') return undefined
  if (state === 'slow' && (waitingInMysql(readings)?.ms ?? 0) < slowMs)
    return { hop: 'debezium', state: 'slow', words, text: `${names.connector} ${words}.` }
  return down(readings, { words, cause: `Debezium: ${words}`, advice: adviceFor(words) })
}

function down(readings: Readings, { words, cause, advice, since }: Down): Problem {
  const waiting = waitingInMysql(readings)
  const held = waiting !== null && waiting.events > 0 ? waiting : undefined
  const effect = held ? `Nothing has left MySQL for ${duration(held.ms)}` : 'New orders would not leave MySQL'
  const from = since ?? (held && readings.now - held.ms)
  return { hop: 'debezium', state: 'stopped', words, text: `${effect}: ${cause}.`, advice, since: from }
}

function adviceFor(words: string): string {
  if (/purged|no longer available/i.test(words))
    return 'The binlog that Debezium needs is gone: see the runbook for how to recover the position.'
  if (/paused|stopped/.test(words)) return 'Resume it on the Connectors screen.'
  return 'See the trace on the Connectors screen, mend the cause, then restart what failed.'
}

const runningYetSilent: Finder = (readings, names) => {
  const { stuckSince, connector, heartbeat, topic, now } = readings
  if (topic.failing !== undefined || connector?.failing !== undefined) return undefined
  if (connector?.value?.status === undefined) return undefined
  if (verdictOf(connector.value.status).state !== 'ok') return undefined
  const waiting = waitingInMysql(readings)
  if (waiting !== null && waiting.events > 0 && stuckSince.mysql !== undefined && waiting.ms > slowMs)
    return {
      hop: 'debezium',
      state: 'stopped',
      words: 'says RUNNING, yet nothing flows',
      text: `Nothing has left MySQL for ${duration(waiting.ms)} although ${names.connector} says RUNNING; ${count(waiting.events, 'event')} wait.`,
      advice: 'It reconnects by itself within seconds when MySQL is back; if not, restart it on the Connectors screen.',
      since: stuckSince.mysql
    }
  const beat = heartbeat.value
  if (heartbeat.failing === undefined && beat !== undefined && now - beat > silentMs && (waiting?.events ?? 0) === 0)
    return {
      hop: 'debezium',
      state: 'slow',
      words: `no heartbeat for ${duration(now - beat)}`,
      text: `Debezium says RUNNING but its last heartbeat is ${duration(now - beat)} old.`,
      since: beat
    }
  return undefined
}

const behindMysql: Finder = readings => {
  const waiting = waitingInMysql(readings)
  if (waiting === null || waiting.ms < slowMs || waiting.events === 0) return undefined
  return {
    hop: 'debezium',
    state: 'slow',
    words: `${count(waiting.events, 'event')} behind`,
    text: `Debezium is ${duration(waiting.ms)} behind MySQL: ${count(waiting.events, 'event')} wait and flow.`
  }
}

const lackingReplicas: Finder = ({ topic }, names) => {
  const lacking = topic.value?.lackingReplicas ?? 0
  if (topic.failing !== undefined || lacking === 0) return undefined
  return {
    hop: 'topic',
    state: 'slow',
    words: `${count(lacking, 'partition')} without all replicas`,
    text: `All flows, but ${count(lacking, 'partition')} of ${names.topic} ${lacking === 1 ? 'lacks' : 'lack'} a replica: a broker is away or behind.`,
    advice: 'Start the broker that is missing: the loss of another may stop the topic.'
  }
}

const finders: readonly Finder[] = [
  mysqlAway,
  kafkaAway,
  connectorDown,
  runningYetSilent,
  deliveriesAway,
  serviceDown('delivery'),
  groupStuck,
  serviceDown('orders'),
  behindMysql,
  behindKafka,
  lackingReplicas,
  parked
]
