import { type Known, type Connection, placeOf } from './connection.ts'

/** What Kafka's brokers refuse. */
export function kafkaProblem({ message, name, type, apiId }: Known, at: Connection): string | undefined {
  const kafka = String(type ?? apiId)
  return (
    missingRight(kafka, at) ??
    noCoordinator(String(name), at) ??
    refusedLogin(`${kafka} ${String(name)} ${message}`, at)
  )
}

const rights: Readonly<Record<string, string>> = {
  DescribeConfigs: 'DESCRIBE_CONFIGS',
  Metadata: 'DESCRIBE',
  ListOffsets: 'DESCRIBE',
  FindCoordinator: 'DESCRIBE',
  OffsetFetch: 'DESCRIBE',
  DescribeGroups: 'DESCRIBE',
  DescribeLogDirs: 'DESCRIBE',
  DeleteGroups: 'DELETE'
}

/** The right that the refused request needs, where @platformatic/kafka names it; READ implies DESCRIBE. */
export function rightIn(known: readonly Known[]): string | undefined {
  const [api] = known.flatMap(({ message }) => /executing API (\w+)\(/.exec(message)?.[1] ?? [])
  return api === undefined ? undefined : rights[api]
}

function missingRight(kafka: string, at: Connection): string | undefined {
  const { principal = 'This client', right = 'READ', topic, group, what } = at
  const lacks = (on: string) => `${principal} lacks ${right} on ${on}.`
  if (kafka === 'TOPIC_AUTHORIZATION_FAILED')
    return lacks(topic === undefined ? (what ?? 'a topic') : `the topic ${topic}`)
  if (kafka === 'GROUP_AUTHORIZATION_FAILED')
    return lacks(group === undefined ? (what ?? 'its group') : `the group ${group}`)
  if (kafka === 'CLUSTER_AUTHORIZATION_FAILED') return lacks('the cluster')
  return undefined
}

/** kafkajs gives up with this, and drops what the brokers answered. */
function noCoordinator(name: string, { principal, group }: Connection): string | undefined {
  if (name !== 'KafkaJSGroupCoordinatorNotFound' || group === undefined) return undefined
  if (principal === undefined || principal === 'User:ANONYMOUS') return undefined
  return `No broker names the coordinator of the group ${group}: ${principal} lacks READ on it, or the brokers are still starting.`
}

function refusedLogin(text: string, at: Connection): string | undefined {
  const { principal = 'this client', mechanism = 'of SASL' } = at
  if (/UNSUPPORTED_SASL_MECHANISM|mechanism is not supported by the server/.test(text))
    return `${placeOf(at)} doesn't offer the mechanism ${mechanism}: choose another with KAFKA_SASL_MECHANISM.`
  const token = mechanism === 'OAUTHBEARER'
  if (/ILLEGAL_SASL_STATE/.test(text))
    return token
      ? `${placeOf(at)} refuses the token of OAUTHBEARER.`
      : `${placeOf(at)} takes no SASL login: KAFKA_SECURITY_PROTOCOL or the port is wrong.`
  if (!/SASL_AUTHENTICATION_FAILED|KafkaJSSASLAuthenticationError|SASL .*authentication failed/i.test(text))
    return undefined
  if (token) return `${placeOf(at)} refuses the token of OAUTHBEARER.`
  return `${placeOf(at)} refuses ${principal}: the password is wrong, or the mechanism (${mechanism}) isn't the one it was made for.`
}
