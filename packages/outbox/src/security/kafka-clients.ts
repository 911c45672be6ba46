import type { KafkaConfig } from 'kafkajs'
import { isIP } from 'node:net'
import type { KafkaSecurity } from './kafka-security.ts'

/** The options of kafkajs for it. */
export function kafkajsSecurity({ tls, sasl }: KafkaSecurity): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  return { ...(tls !== undefined && { ssl: { ...tls } }), ...(sasl !== undefined && { sasl: kafkajsSasl(sasl) }) }
}

function kafkajsSasl(sasl: NonNullable<KafkaSecurity['sasl']>): NonNullable<KafkaConfig['sasl']> {
  if (sasl.mechanism === 'OAUTHBEARER')
    return { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: await sasl.token() }) }
  const { mechanism, username, password } = sasl
  if (mechanism === 'PLAIN') return { mechanism: 'plain', username, password }
  if (mechanism === 'SCRAM-SHA-256') return { mechanism: 'scram-sha-256', username, password }
  return { mechanism: 'scram-sha-512', username, password }
}

// Not a type of that package, whose own types an application without it would have to check.
type PlatformaticSecurity = {
  tls?: NonNullable<KafkaSecurity['tls']>
  tlsServerName?: boolean
  sasl?: NonNullable<KafkaSecurity['sasl']>
}

/** The options of @platformatic/kafka for it. It sends the brokers' names (SNI), which proxies of managed clusters need. */
export function platformaticSecurity({ tls, sasl }: KafkaSecurity, brokers: readonly string[]): PlatformaticSecurity {
  const named = brokers.every(broker => isIP(hostOf(broker)) === 0)
  return {
    ...(tls !== undefined && { tls: { ...tls }, tlsServerName: named }),
    ...(sasl !== undefined && { sasl: { ...sasl } })
  }
}

const hostOf = (broker: string) => broker.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
