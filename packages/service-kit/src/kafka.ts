import { type KafkaSecurity, kafkaSecurity, saslMechanisms, securityProtocols } from '@outbox-cdc/outbox/security'
import { z } from 'zod'

const text = z.string().optional()

export const kafkaVariables = {
  KAFKA_BROKERS: z
    .string()
    .regex(/^\s*[^\s,:]+:\d+(\s*,\s*[^\s,:]+:\d+)*\s*$/, {
      error: 'must be host:port, or several separated by commas'
    })
    .transform(brokers => brokers.split(',').map(broker => broker.trim()))
    .describe('host:port of each broker, separated by commas'),
  KAFKA_SECURITY_PROTOCOL: z
    .enum(securityProtocols)
    .default('PLAINTEXT')
    .describe('How the brokers are reached: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL'),
  KAFKA_SSL_CA: text.describe("PEM file of the brokers' authority, unless Node or NODE_EXTRA_CA_CERTS knows it"),
  KAFKA_SSL_CERT: text.describe('PEM file of a client certificate'),
  KAFKA_SSL_KEY: text.describe('PEM file of the key of the client certificate'),
  KAFKA_SASL_MECHANISM: z
    .enum(saslMechanisms)
    .optional()
    .describe('For SASL: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER or AWS_MSK_IAM'),
  KAFKA_SASL_USERNAME: text.describe('For PLAIN and SCRAM: the user'),
  KAFKA_SASL_PASSWORD: text.describe('For PLAIN and SCRAM: the password, such as ${dir:FOLDER:FILE}'),
  KAFKA_OAUTH_TOKEN_URL: text.describe('For OAUTHBEARER: where client_credentials give a token'),
  KAFKA_OAUTH_CLIENT_ID: text.describe('For OAUTHBEARER: the client'),
  KAFKA_OAUTH_CLIENT_SECRET: text.describe('For OAUTHBEARER: its secret, such as ${dir:FOLDER:FILE}'),
  KAFKA_OAUTH_SCOPE: text.describe('For OAUTHBEARER: the scope of the token, if the server needs one'),
  AWS_REGION: text.describe('For AWS_MSK_IAM: the region of the cluster')
} as const

const schema = z.object(kafkaVariables)
type KafkaVariables = z.output<typeof schema>

/** The options of a Kafka client, from the variables of `variable.kafka`. Throws a SettingsError for what is missing. */
export function kafkaFrom({ KAFKA_BROKERS: brokers, ...variables }: KafkaVariables): {
  readonly brokers: readonly string[]
  readonly security: KafkaSecurity
} {
  return { brokers, security: kafkaSecurity(variables) }
}
