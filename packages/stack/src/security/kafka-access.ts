import { pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { Connection } from '@platformatic/kafka'
import kafkajs from 'kafkajs'
import { type KafkaSecurity, kafkajsSecurity, platformaticSecurity } from '@outbox-cdc/outbox/security'
import pRetry from 'p-retry'
import { withAdmin } from '../topics.ts'

// The module is CommonJS, and Node finds only some of its names.
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs

/** What a principal may do with a topic, a consumer group or the cluster. */
export type KafkaRight = {
  readonly on: 'topic' | 'group' | 'cluster'
  /** A name; `*` is each, and `prefix*` each that begins so. The cluster's is `kafka-cluster`. */
  readonly name: string
  readonly may: readonly KafkaOperation[]
}

export type KafkaOperation = Extract<
  keyof typeof AclOperationTypes,
  'READ' | 'WRITE' | 'CREATE' | 'DESCRIBE' | 'DESCRIBE_CONFIGS'
>

/** A principal that logs in with SCRAM-SHA-512. */
export type KafkaAccount = {
  readonly name: string
  readonly password: string
  readonly rights: readonly KafkaRight[]
}

/** Brokers, and how the administrator reaches them. */
export type SecuredKafka = { readonly brokers: readonly string[]; readonly security: KafkaSecurity }

/** Creates the accounts with their ACLs, and resolves when each broker lets each of them in. Repeated, it changes nothing. */
export async function ensureKafkaAccounts(kafka: SecuredKafka, accounts: readonly KafkaAccount[]): Promise<void> {
  const { brokers, security } = kafka
  const acl = accounts.flatMap(({ name, rights }) => rights.flatMap(right => entriesOf(name, right)))
  await withAdmin({ brokers: [...brokers], ...kafkajsSecurity(security), retry: { retries: 8 } }, admin =>
    admin.createAcls({ acl })
  )
  await setPasswords(kafka, accounts)
  // A broker learns of an account a moment after the controller has made it.
  const logins = accounts.flatMap(({ name, password }) =>
    brokers.map(broker => {
      const sasl = { mechanism: 'SCRAM-SHA-512', username: name, password } as const
      return pRetry(() => connectTo(broker, { ...security, sasl }, async () => undefined), {
        retries: Infinity,
        minTimeout: 50,
        factor: 1,
        maxRetryTime: 30_000
      })
    })
  )
  await Promise.all(logins)
}

function entriesOf(principal: string, { on, name, may }: KafkaRight) {
  const isPrefix = name.length > 1 && name.endsWith('*')
  const resourceTypes = {
    topic: AclResourceTypes.TOPIC,
    group: AclResourceTypes.GROUP,
    cluster: AclResourceTypes.CLUSTER
  } as const
  return may.map(operation => ({
    principal: `User:${principal}`,
    host: '*',
    operation: AclOperationTypes[operation],
    permissionType: AclPermissionTypes.ALLOW,
    resourceType: resourceTypes[on],
    resourceName: isPrefix ? name.slice(0, -1) : name,
    resourcePatternType: isPrefix ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL
  }))
}

const [scramSha512, iterations] = [2, 4_096]

/** Sends what the broker keeps of a password, not the password. */
export async function setPasswords(
  { brokers, security }: SecuredKafka,
  accounts: readonly Pick<KafkaAccount, 'name' | 'password'>[]
): Promise<void> {
  const salted = accounts.map(async ({ name, password }) => {
    const salt = randomBytes(24)
    const saltedPassword = await promisify(pbkdf2)(password, salt, iterations, 64, 'sha512')
    return { name, mechanism: scramSha512, iterations, salt, saltedPassword }
  })
  const upsertions = await Promise.all(salted)
  const { alterUserScramCredentialsV0 } = await loadClient()
  await connectTo(brokers[0] ?? '', security, connection =>
    alterUserScramCredentialsV0.api.async(connection, [], upsertions)
  )
}

/** Only secured brokers need it, and it takes longer to load than all else of this package. */
const loadClient = () => import('@platformatic/kafka')

async function connectTo<T>(
  broker: string,
  security: KafkaSecurity,
  work: (connection: Connection) => Promise<T>
): Promise<T> {
  const { hostname, port } = new URL(`kafka://${broker}`)
  const client = await loadClient()
  const connection = new client.Connection('accounts', platformaticSecurity(security, [broker]))
  try {
    await connection.connect(hostname, Number(port))
    return await work(connection)
  } finally {
    await connection.close()
  }
}
