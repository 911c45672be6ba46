import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { uniqueName } from '@outbox-cdc/test-support/use-stack'
import { useConsumerBench } from '../../test/consumer-bench.ts'
import { silent } from '../../test/counted.ts'
import { useMember } from '../../test/kafka-client-contract.ts'
import { databaseUrl, outboxctl, useSagaMap } from '../../test/run-outboxctl.ts'
import { startSecuredKafka } from '../../test/secured-kafka.ts'
import { kafkajsClient, type KafkaRecord, OutboxError } from '../index.ts'
import { platformaticClient } from '../platformatic/index.ts'
import type { KafkaSecurity } from './index.ts'

const clients = [
  ['kafkajs', kafkajsClient],
  ['@platformatic/kafka', platformaticClient]
] as const
type Create = (typeof clients)[number][1]

let kafka: Awaited<ReturnType<typeof startSecuredKafka>>
beforeAll(async () => {
  kafka = await startSecuredKafka()
})
afterAll(() => kafka?.stop())

type Listener = Parameters<typeof kafka.brokers>[0]

function useClient(create: Create, security: KafkaSecurity, listener: Listener = 'usual') {
  const client = create({ brokers: kafka.brokers(listener), clientId: 'secured', logger: silent, security })
  onTestFinished(() => client.close())
  return client
}

const reads = (topic: string, group: string) =>
  [
    { on: 'topic', name: topic, may: ['READ'] },
    { on: 'group', name: group, may: ['READ'] }
  ] as const

/** A token as an OAuth server signs it, but without a signature: the broker of the tests checks none. */
function tokenOf(name: string): string {
  const now = Math.floor(Date.now() / 1_000)
  const parts = [{ alg: 'none' }, { sub: name, iat: now, exp: now + 600 }]
  return `${parts.map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`
}

describe.each(clients)('a secured broker, on %s', (_, create) => {
  it.each(['SCRAM-SHA-512', 'PLAIN', 'OAUTHBEARER'])('lets a reader in that logs in with %s over TLS', async kind => {
    const bench = await useConsumerBench({ partitions: 1, admin: kafka.admin })
    const readingGroups = { on: 'group', name: 'outbox-read-*', may: ['READ'] } as const
    const scram = await kafka.account([...reads(bench.topic, bench.group), readingGroups], 'ann')
    const logins = {
      'SCRAM-SHA-512': scram.sasl,
      PLAIN: { mechanism: 'PLAIN', username: 'ann', password: 'plain password' },
      OAUTHBEARER: { mechanism: 'OAUTHBEARER', token: async () => tokenOf('ann') }
    } as const
    const { [kind as keyof typeof logins]: sasl } = logins
    const security = { tls: { ca: kafka.ca('logins') }, ...(sasl && { sasl }) }
    const client = useClient(create, security, kind === 'SCRAM-SHA-512' ? 'usual' : 'logins')
    await bench.produce(bench.events({ keys: 1, perKey: 3 }))
    const member = await useMember(client, bench.topic, { group: bench.group })
    await eventually(() => expect(member.records).toHaveLength(3))
    await member.commit([{ topic: bench.topic, partition: 0, offset: 2n }])
    expect(await client.committed(bench.group, bench.topic)).toEqual(new Map([[0, 2n]]))
    expect(await client.members(bench.group)).toMatchObject([{ topics: [bench.topic] }])
    expect(await client.offsetsAt(bench.topic, 0)).toEqual(new Map([[0, 0n]]))
    const read: KafkaRecord[] = []
    const [[partition, { low, high }] = [0, { low: 0n, high: 0n }]] = await client.watermarks(bench.topic)
    const window = new Map([[partition, { from: low, to: high }]])
    await client.read({ topic: bench.topic, window, onRecords: async (_at, records) => void read.push(...records) })
    expect(read).toHaveLength(3)
  })

  it('lets a client in that shows a certificate', async () => {
    const { topic } = await useConsumerBench({ partitions: 1, admin: kafka.admin })
    const tls = { ca: kafka.ca('certificates'), cert: kafka.certificate, key: kafka.certificate }
    expect((await useClient(create, { tls }, 'certificates').topic(topic)).partitions).toBe(1)
  })

  it('lets a consumer work with READ on its topic and its group, if the retention is given', async () => {
    const bench = await useConsumerBench({ admin: kafka.admin })
    const security = await kafka.account(reads(bench.topic, bench.group))
    const consumer = bench.consumer({ kafka: useClient(create, security), inbox: { keepMs: 86_400_000 } })
    await consumer.start()
    await bench.produce(bench.events({ keys: 4, perKey: 2 }))
    await eventually(async () => expect(await bench.effects()).toHaveLength(8))
    await eventually(() => expect(consumer.health()).toMatchObject({ ok: true, lag: 0 }))
  })

  it('lacks DESCRIBE_CONFIGS for a consumer without a given retention, which starts when it is granted', async () => {
    const bench = await useConsumerBench({ admin: kafka.admin })
    const security = await kafka.account(reads(bench.topic, bench.group), 'configured')
    const consumer = bench.consumer({ kafka: useClient(create, security) })
    await consumer.start()
    expect(consumer.health().reason).toBe(
      `User:configured lacks DESCRIBE_CONFIGS on the topic ${bench.topic}: grant it, or give the inbox's retention with inbox.keepMs`
    )
    await kafka.account([{ on: 'topic', name: bench.topic, may: ['DESCRIBE_CONFIGS'] }], 'configured')
    await eventually(() => expect(consumer.health().ok).toBe(true))
  })

  it('names in health and in one warning who lacks which right, and lets them in later', async () => {
    const bench = await useConsumerBench({ admin: kafka.admin })
    const warnings: unknown[] = []
    const logger = { ...silent, warn: (fields: object) => void warnings.push((fields as { err: Error }).err.message) }
    const name = uniqueName('reader')
    const security = await kafka.account(reads('another', 'another'), name)
    const options = { brokers: kafka.brokers('usual'), clientId: 'secured', logger, security }
    const consumer = bench.consumer({ kafka: create(options), logger, inbox: { keepMs: 86_400_000 } })
    await consumer.start()
    const [onTopic, onGroup] = [`the topic ${bench.topic}`, `the group ${bench.group}`]
    await eventually(() => expect(consumer.health().reason).toBe(`User:${name} lacks READ on ${onTopic}.`))
    await kafka.account(reads(bench.topic, 'another').slice(0, 1), name)
    await eventually(() => expect(consumer.health().reason).toBe(`User:${name} lacks READ on ${onGroup}.`))
    await kafka.account(reads(bench.topic, bench.group), name)
    await bench.produce(bench.events({ keys: 2, perKey: 1 }))
    await eventually(async () => expect(await bench.effects()).toHaveLength(2))
    await eventually(() => expect(consumer.health()).toMatchObject({ ok: true, lag: 0 }))
    expect(warnings).toEqual([`User:${name} lacks READ on ${onTopic}.`, `User:${name} lacks READ on ${onGroup}.`])
  })

  it('says in one sentence why it lets a client not in', async () => {
    const scram = await kafka.account(reads('another', 'another'))
    const login = { mechanism: 'SCRAM-SHA-512', username: 'bob', password: 'wrong' } as const
    const plain = { mechanism: 'PLAIN', username: 'ann', password: 'plain password' } as const
    const token = { mechanism: 'OAUTHBEARER', token: async () => 'no token' } as const
    const own = { ca: kafka.ca('usual') }
    const other = { ca: kafka.ca('expired') }
    const refusals: readonly (readonly [Listener, KafkaSecurity, string])[] = [
      [
        'usual',
        { tls: own, sasl: login },
        "refuses User:bob: the password is wrong, or the mechanism (SCRAM-SHA-512) isn't the one it was made for."
      ],
      [
        'usual',
        { tls: own, sasl: plain },
        "doesn't offer the mechanism PLAIN: choose another with KAFKA_SASL_MECHANISM."
      ],
      ['logins', { tls: own, sasl: token }, 'refuses the token of OAUTHBEARER.'],
      ['usual', {}, 'demands TLS: set KAFKA_SECURITY_PROTOCOL to SASL_SSL.'],
      ['usual', { sasl: login }, 'demands TLS: set KAFKA_SECURITY_PROTOCOL to SASL_SSL.'],
      [
        'usual',
        { tls: own },
        'demands a login: set KAFKA_SECURITY_PROTOCOL to SASL_SSL, and KAFKA_SASL_MECHANISM to one of SCRAM-SHA-512.'
      ],
      [
        'withouttls',
        {},
        'demands a login: set KAFKA_SECURITY_PROTOCOL to SASL_PLAINTEXT, and KAFKA_SASL_MECHANISM to one of PLAIN.'
      ],
      ['certificates', { tls: own }, 'demands a client certificate'],
      ['open', scram, 'speaks no TLS: set KAFKA_SECURITY_PROTOCOL to PLAINTEXT, or take another port.'],
      ['open', { sasl: login }, 'takes no SASL login: KAFKA_SECURITY_PROTOCOL or the port is wrong.'],
      [
        'usual',
        { tls: {}, sasl: login },
        'is not signed by an authority that this process knows: name it with KAFKA_SSL_CA or NODE_EXTRA_CA_CERTS.'
      ],
      ['expired', { tls: other }, 'expired on 2020-01-02.'],
      ['otherhost', { tls: other }, 'is for broker.example, not for 127.0.0.1.']
    ]
    const warnings: string[] = []
    const logger = { ...silent, warn: (_: object, message: string) => void warnings.push(message) }
    for (const [listener, security, sentence] of refusals) {
      const message = expect.stringContaining(`Kafka at ${kafka.brokers(listener)[0]} ${sentence}`)
      const refused = { code: 'KAFKA_REFUSED', retryable: true, message }
      const client = create({ brokers: kafka.brokers(listener), clientId: 'secured', logger, security })
      await expect(client.topic('any')).rejects.toMatchObject(refused)
      await client.close()
    }
    const reason = 'The token endpoint http://oauth gave no token: 401'
    const noToken = () => Promise.reject(new OutboxError('KAFKA_REFUSED', reason, { retryable: true }))
    const withoutToken = useClient(create, { tls: own, sasl: { mechanism: 'OAUTHBEARER', token: noToken } }, 'logins')
    await expect(withoutToken.topic('any')).rejects.toMatchObject({ code: 'KAFKA_REFUSED', message: reason })
    // The error says it all.
    expect(warnings).toEqual([])
  })
})

it('lets outboxctl audit with the variables of a service, and says in one sentence what it refuses', async () => {
  const bench = await useConsumerBench({ admin: kafka.admin })
  await bench.produce(bench.events({ keys: 2, perKey: 1 }))
  const url = await databaseUrl(bench.db)
  const readingGroups = { on: 'group', name: 'outbox-read-*', may: ['READ'] } as const
  await kafka.account([...reads(bench.topic, 'another'), readingGroups], 'auditor')
  const what = ['--source', '${env:OUTBOX_DB_URL}', '--target', '${env:OUTBOX_DB_URL}', '--topic', bench.topic]
  const rows = [
    '--event',
    'counted',
    ...['--committed', '--effects'].flatMap(option => [option, 'effect(event_key,at)'])
  ]
  const audit = (KAFKA_SASL_PASSWORD: string) =>
    outboxctl(['audit', ...what, ...rows, '--until', new Date(Date.now() + 60_000).toISOString()], {
      OUTBOX_DB_URL: url,
      KAFKA_BROKERS: kafka.brokers('usual').join(),
      KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
      KAFKA_SSL_CA: kafka.caFile,
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_SASL_USERNAME: 'auditor',
      KAFKA_SASL_PASSWORD,
      PASSWORD: 'a password'
    })
  const { code, out } = await audit('${env:PASSWORD}')
  expect({ code, out }).toMatchObject({ code: 1, out: expect.stringContaining('0 committed · 2 events') })
  expect(await audit('wrong')).toEqual({
    code: 2,
    out: '',
    notes: `✗ Kafka at ${kafka.brokers('usual')[0]} refuses User:auditor: the password is wrong, or the mechanism (SCRAM-SHA-512) isn't the one it was made for.`
  })
})

it('lets outboxctl follow a saga with READ on the topics and its own reading groups', async () => {
  const bench = await useConsumerBench({ partitions: 1, admin: kafka.admin })
  await bench.produce(bench.events({ keys: 1, perKey: 1 }))
  const readingGroups = { on: 'group', name: 'outbox-read-*', may: ['READ'] } as const
  const topic = { on: 'topic', name: bench.topic, may: ['READ'] } as const
  await kafka.account([topic, readingGroups], 'follower')
  const saga = async (...topics: readonly string[]) =>
    outboxctl(['saga', 'thing:1'], {
      SAGA_MAP: await useSagaMap({
        services: Object.fromEntries(topics.map(name => [name, 'counter'])),
        expectations: []
      }),
      KAFKA_BROKERS: kafka.brokers('usual').join(),
      KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
      KAFKA_SSL_CA: kafka.caFile,
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_SASL_USERNAME: 'follower',
      KAFKA_SASL_PASSWORD: '${env:PASSWORD}',
      PASSWORD: 'a password'
    })
  expect(await saga(bench.topic)).toMatchObject({ code: 0, out: expect.stringContaining('counted') })
  expect(await saga(bench.topic, 'secret')).toMatchObject({
    code: 2,
    notes: expect.stringMatching(/User:follower lacks \w+ on the topic secret/)
  })
})
