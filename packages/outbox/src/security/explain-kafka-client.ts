import { causesOf, explainSecurity } from './explain.ts'
import { kafkaPrincipal, type KafkaSecurity } from './kafka-security.ts'
import { type Connection, placeOf } from './connection.ts'
import { type Listener, probeKafka } from './probe-kafka.ts'

/** A client whose request failed, and what it asked for. */
export type KafkaConnection = Pick<Connection, 'topic' | 'group' | 'right' | 'what'> & {
  readonly brokers: readonly string[]
  readonly security: KafkaSecurity
}

/**
 * As `explainSecurity`, for a client of Kafka. Where the error says only that the broker closed the connection, it asks
 * the broker whether it demands TLS or a login.
 */
export async function explainKafka(error: unknown, client: KafkaConnection): Promise<string | undefined> {
  const at = kafkaConnection(error, client)
  const { brokers, security } = client
  const address = at.address ?? brokers[0] ?? ''
  const text = [...causesOf(error)].map(({ code, message }) => `${String(code)} ${message}`).join('\n')
  if (/certificate has expired|ALTNAME_INVALID/.test(text)) {
    const listener = await probeKafka(address, security)
    return explainSecurity(error, { ...at, certificate: listener?.certificate })
  }
  const sentence = explainSecurity(error, at)
  if (
    sentence !== undefined ||
    !/clos(?:ed|ing)|requires TLS|verify the broker supports TLS|before secure TLS/i.test(text)
  )
    return sentence
  const listener = await probeKafka(address, security)
  return listener && differenceOf(listener, security, at)
}

/** What `explainSecurity` takes for an error of a client of Kafka. */
export function kafkaConnection(error: unknown, { brokers, security, ...asked }: KafkaConnection): Connection {
  const principal = kafkaPrincipal(security)
  const address = brokerIn([...causesOf(error)]) ?? brokers[0]
  return { ...asked, part: 'Kafka', address, principal, mechanism: security.sasl?.mechanism }
}

function brokerIn(known: readonly { readonly broker?: unknown; readonly message: string }[]): string | undefined {
  const named = known.map(({ broker, message }) => broker ?? /^Connection to (\S+:\d+) failed/.exec(message)?.[1])
  return named.find(name => typeof name === 'string')
}

function differenceOf({ tls, mechanisms }: Listener, security: KafkaSecurity, at: Connection): string | undefined {
  const where = placeOf(at)
  const login = mechanisms !== undefined && mechanisms.length > 0
  const protocol = `${login ? 'SASL_' : ''}${tls ? 'SSL' : 'PLAINTEXT'}`
  if (tls && security.tls === undefined)
    return `${where} demands TLS: set KAFKA_SECURITY_PROTOCOL to ${login ? 'SASL_SSL' : 'SSL'}.`
  if (!tls && security.tls !== undefined)
    return `${where} speaks no TLS: set KAFKA_SECURITY_PROTOCOL to ${protocol}, or take another port.`
  if (login && security.sasl === undefined)
    return `${where} demands a login: set KAFKA_SECURITY_PROTOCOL to ${protocol}, and KAFKA_SASL_MECHANISM to one of ${mechanisms.join(', ')}.`
  if (tls && mechanisms === undefined && security.tls?.cert === undefined)
    return `${where} demands a client certificate: name it with KAFKA_SSL_CERT and KAFKA_SSL_KEY.`
  return undefined
}
