import type { Stack } from '@outbox-cdc/stack'

type Variables = Readonly<Record<string, string>>

/** The file with the password of a principal on Kafka. */
export const passwordFile = (principal: string): string => `kafka-${principal}`

/** The variables that say how to reach secured servers; what they hold is a path, a name or a reference to a secret. */
export const securityVariables = [
  'NODE_EXTRA_CA_CERTS',
  'KAFKA_SECURITY_PROTOCOL',
  'KAFKA_SSL_CA',
  'KAFKA_SSL_CERT',
  'KAFKA_SSL_KEY',
  'KAFKA_SASL_MECHANISM',
  'KAFKA_SASL_USERNAME',
  'KAFKA_SASL_PASSWORD',
  'KAFKA_OAUTH_TOKEN_URL',
  'KAFKA_OAUTH_CLIENT_ID',
  'KAFKA_OAUTH_CLIENT_SECRET',
  'KAFKA_OAUTH_SCOPE',
  'AWS_REGION',
  'CONNECT_TOKEN',
  'CONNECT_DEFAULTS',
  'SCHEMA_REGISTRY_TOKEN',
  'MYSQL_TLS',
  'POSTGRES_TLS'
] as const

/** How the administrator reaches the servers of a stack that we secured. */
export function adminVariables({ mysql, postgres, security }: Stack, secretsDir: string): Variables {
  if (security === undefined) return {}
  return {
    NODE_EXTRA_CA_CERTS: security.caFile,
    KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
    KAFKA_SSL_CA: security.caFile,
    KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
    ...principalVariables('admin', secretsDir),
    CONNECT_DEFAULTS: security.connectorDefaults,
    ...(mysql.tls === undefined ? {} : { MYSQL_TLS: mysql.tls }),
    ...(postgres?.tls === undefined ? {} : { POSTGRES_TLS: postgres.tls })
  }
}

function principalVariables(principal: string, secretsDir: string): Variables {
  return {
    KAFKA_SASL_USERNAME: principal,
    KAFKA_SASL_PASSWORD: `\${dir:${secretsDir}:${passwordFile(principal)}}`
  }
}

type At = { readonly stack: Stack; readonly secretsDir: string; readonly addresses: Variables }

/** How a process reaches the servers: as its own principal on brokers that we secured, else as the addresses say. */
export function accessOf(principal: string, { stack, secretsDir, addresses }: At): Variables {
  const given = Object.entries(addresses).filter(([name]) => (securityVariables as readonly string[]).includes(name))
  const own = stack.security === undefined ? {} : principalVariables(principal, secretsDir)
  return { ...Object.fromEntries(given), ...own }
}
