import { isBroken, isHealthy, type Verdict, verdictOf } from '@outbox-cdc/connectctl'
import { consumerFinders, serviceDown } from './find-consumer-problems.ts'
import { type Finder, type Problem, settingsProblem } from './problem.ts'
import { type Names, type Readings, verdictIn } from './readings.ts'
import { count, silence } from './say.ts'

/** All that is wrong, causes before their effects: a person should look at the first one. */
export function findProblems(readings: Readings, names: Names): readonly Problem[] {
  return finders.map(find => find(readings, names)).filter(problem => problem !== undefined)
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
  return {
    hop: 'debezium',
    state: 'unknown',
    words: 'the keeper alone can tell whether events flow',
    text: `This page cannot tell whether events flow: ${why}.`,
    advice:
      keeper === undefined ? 'Set KEEPER_URL to a keeper (connectctl keep).' : 'Start the keeper: connectctl keep.'
  }
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
  return asFarAsEventsStop(readings, {
    hop: 'mysql',
    state: 'stopped',
    words: `does not answer: ${reason}`,
    text: `MySQL ${silence(now - since)}: ${reason} at ${ordersHost}.`,
    advice: 'Start MySQL again. What was committed is safe and flows on by itself.',
    since
  })
}

const kafkaAway: Finder = (readings, { brokers, topic: name }) => {
  const { topic, now } = readings
  if (topic.failing === undefined) return undefined
  const { since, reason } = topic.failing
  if (/no topic|Unknown topic/i.test(reason))
    return settingsProblem('topic', `there is no topic ${name}. Check KAFKA_TOPIC, or create the topic`)
  return asFarAsEventsStop(readings, {
    hop: 'topic',
    state: 'stopped',
    words: `does not answer: ${reason}`,
    text: `Kafka ${silence(now - since)}: ${reason} at ${brokers}. Committed events wait in MySQL.`,
    advice: 'Start the broker again. Debezium and the consumer go on where they stopped.',
    since
  })
}

/** While the keeper sees events flow, a part that this console cannot reach is no outage. */
function asFarAsEventsStop(readings: Readings, problem: Problem): Problem {
  return verdictIn(readings)?.state === 'flowing' ? { ...problem, state: 'slow' } : problem
}

const lackingReplicas: Finder = ({ topic }, names) => {
  const lacking = topic.value?.lackingReplicas ?? 0
  if (topic.failing !== undefined || lacking === 0) return undefined
  return {
    hop: 'topic',
    state: 'slow',
    words: `${count(lacking, 'partition')} without all replicas`,
    text: `Events flow, but ${count(lacking, 'partition')} of ${names.topic} ${lacking === 1 ? 'lacks' : 'lack'} a replica: a broker is down or behind.`,
    advice: 'Start the missing broker. If another one fails, the topic may stop.'
  }
}

const finders: readonly Finder[] = [
  mysqlAway,
  kafkaAway,
  eventsStopped,
  serviceDown('delivery'),
  ...consumerFinders,
  serviceDown('orders'),
  lackingReplicas
]
