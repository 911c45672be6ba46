import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { OutboxError } from '../errors.ts'
import { explainKafka, explainSecurity } from './index.ts'

const withCode = (message: string, code: unknown, more = {}) => Object.assign(new Error(message), { code, ...more })

describe('a certificate', () => {
  const at = { part: 'MySQL', address: 'db:3306' }
  const names = 'DNS:broker.example, IP Address:10.0.0.7'

  it.each([
    [withCode('certificate has expired', 'CERT_HAS_EXPIRED'), at, 'The certificate of MySQL at db:3306 has expired.'],
    [
      withCode('certificate has expired', 'CERT_HAS_EXPIRED'),
      { ...at, certificate: { valid_to: 'Jan  2 00:00:00 2026 GMT' } },
      'The certificate of MySQL at db:3306 expired on 2026-01-02.'
    ],
    [
      withCode(
        "Hostname/IP does not match certificate's altnames: IP: 10.0.0.1 is not in the cert's list: ",
        undefined,
        {
          cert: { subjectaltname: names }
        }
      ),
      { part: 'Kafka', address: '10.0.0.1:9092' },
      'The certificate of Kafka at 10.0.0.1:9092 is for broker.example, 10.0.0.7, not for 10.0.0.1.'
    ],
    [
      new Error(
        "Hostname/IP does not match certificate's altnames: Host: db. is not in the cert's altnames: DNS:other"
      ),
      at,
      'The certificate of MySQL at db:3306 is for other, not for db.'
    ],
    [
      new TypeError('fetch failed', { cause: withCode('self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT') }),
      { part: 'Connect', address: 'connect:8083' },
      'The certificate of Connect at connect:8083 is not signed by an authority that this process knows: name it with NODE_EXTRA_CA_CERTS.'
    ],
    [
      withCode('unable to verify the first certificate', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
      { part: 'PostgreSQL' },
      'The certificate of PostgreSQL is not signed by an authority that this process knows: name it with sslrootcert in the URL or NODE_EXTRA_CA_CERTS.'
    ]
  ])('that is no good is explained: %s', (error, place, sentence) =>
    expect(explainSecurity(error, place)).toBe(sentence)
  )
})

describe('a database', () => {
  it.each<[part: string, message: string, code: string | undefined, sentence: string]>([
    [
      'MySQL',
      'Connections using insecure transport are prohibited',
      'ER_SECURE_TRANSPORT_REQUIRED',
      'MySQL at db:1 demands TLS: add ?ssl-mode=VERIFY_IDENTITY to its URL.'
    ],
    [
      'MySQL',
      "Access denied for user 'ann'@'10.0.0.1' (using password: YES)",
      'ER_ACCESS_DENIED_ERROR',
      "MySQL at db:1 refuses 'ann'@'10.0.0.1': the password is wrong, there is no such account, or the account demands TLS."
    ],
    [
      'MySQL',
      "Access denied for user 'ann'@'%' to database 'orders'",
      'ER_DBACCESS_DENIED_ERROR',
      "'ann'@'%' has no grant on the database orders of MySQL at db:1."
    ],
    [
      'MySQL',
      'Server does not support secure connection',
      'HANDSHAKE_NO_SSL_SUPPORT',
      'MySQL at db:1 speaks no TLS: take ssl-mode out of its URL, or turn TLS on.'
    ],
    [
      'PostgreSQL',
      'password authentication failed for user "ann"',
      '28P01',
      'PostgreSQL at db:1 refuses ann: the password is wrong, or there is no such user.'
    ],
    [
      'PostgreSQL',
      'no pg_hba.conf entry for host "10.0.0.1", user "ann", database "orders", no encryption',
      '28000',
      'PostgreSQL at db:1 refuses ann on orders without TLS: add ?sslmode=verify-full to its URL.'
    ],
    [
      'PostgreSQL',
      'no pg_hba.conf entry for host "10.0.0.1", user "ann", database "orders", SSL encryption',
      '28000',
      'PostgreSQL at db:1 refuses ann on orders from 10.0.0.1: its pg_hba.conf has no line for it.'
    ],
    [
      'Kafka Connect',
      'Response does not match the HTTP/1.1 protocol (Expected HTTP/, RTSP/ or ICE/)',
      'HPE_INVALID_CONSTANT',
      "Kafka Connect at db:1 doesn't answer in HTTP: if it speaks TLS, its address begins with https://."
    ],
    [
      'PostgreSQL',
      'The server does not support SSL connections',
      undefined,
      'PostgreSQL at db:1 speaks no TLS: take sslmode out of its URL, or turn TLS on.'
    ]
  ])('that refuses is explained: %s, %s', (...[part, message, code, sentence]) =>
    expect(explainSecurity(withCode(message, code), { part, address: 'db:1' })).toBe(sentence)
  )
})

describe('Kafka', () => {
  const at = {
    part: 'Kafka',
    address: 'b:1',
    principal: 'User:ann',
    mechanism: 'PLAIN',
    topic: 'orders',
    group: 'delivery'
  }
  const wrongPassword =
    "Kafka at b:1 refuses User:ann: the password is wrong, or the mechanism (PLAIN) isn't the one it was made for."
  const inPlatformatic = (apiId: string, api: string) =>
    new AggregateError([
      new AggregateError(
        [Object.assign(new Error('refused'), { apiId })],
        `Received response with error while executing API ${api}(v1)`
      )
    ])

  it.each([
    [
      Object.assign(new Error('SASL PLAIN authentication failed: no'), { name: 'KafkaJSSASLAuthenticationError' }),
      wrongPassword
    ],
    [inPlatformatic('SASL_AUTHENTICATION_FAILED', 'SaslAuthenticate'), wrongPassword],
    [
      new Error('SASL PLAIN mechanism is not supported by the server'),
      "Kafka at b:1 doesn't offer the mechanism PLAIN: choose another with KAFKA_SASL_MECHANISM."
    ],
    [
      Object.assign(new Error('no'), { type: 'TOPIC_AUTHORIZATION_FAILED' }),
      'User:ann lacks READ on the topic orders.'
    ],
    [
      Object.assign(new Error('no'), { type: 'GROUP_AUTHORIZATION_FAILED' }),
      'User:ann lacks READ on the group delivery.'
    ],
    [
      Object.assign(new Error('no'), { name: 'KafkaJSGroupCoordinatorNotFound' }),
      'No broker names the coordinator of the group delivery: User:ann lacks READ on it, or the brokers are still starting.'
    ],
    [
      inPlatformatic('TOPIC_AUTHORIZATION_FAILED', 'DescribeConfigs'),
      'User:ann lacks DESCRIBE_CONFIGS on the topic orders.'
    ],
    [inPlatformatic('CLUSTER_AUTHORIZATION_FAILED', 'DescribeLogDirs'), 'User:ann lacks DESCRIBE on the cluster.']
  ])('that refuses is explained: %s', (error, sentence) => expect(explainSecurity(error, at)).toBe(sentence))

  it('is not asked what it demands while it does not answer', async () => {
    const client = { brokers: ['127.0.0.1:1'], security: {} }
    expect(await explainKafka(new Error('Closed connection'), client)).toBeUndefined()
  })

  it('that closes the connection is only called secured if it says so', async () => {
    const server = createServer(socket => socket.destroy())
    onTestFinished(() => void server.close())
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as { port: number }
    const client = { brokers: [`127.0.0.1:${port}`], security: {} }
    expect(await explainKafka(new Error('Closed connection'), client)).toBeUndefined()
  })
})

it('says who is refused over HTTP', () => {
  const at = { part: 'Connect', address: 'c:1', principal: 'ann' }
  const refused = (status: number) => explainSecurity(Object.assign(new Error('no'), { status }), at)
  expect(refused(401)).toBe('Connect at c:1 refuses ann: the password or the token is wrong or missing.')
  expect(refused(403)).toBe('ann lacks the right to use Connect at c:1.')
})

it('keeps the sentence of an error that is explained already', () => {
  const cause = Object.assign(new Error('no'), { type: 'TOPIC_AUTHORIZATION_FAILED' })
  const error = new OutboxError('KAFKA_REFUSED', 'User:ann lacks READ on the topic orders.', { cause })
  expect(explainSecurity(error, { part: 'MySQL' })).toBe(error.message)
})

it.each([new Error('ECONNREFUSED'), withCode('deadlock', 'ER_LOCK_DEADLOCK'), 'text', undefined])(
  'leaves another failure unexplained: %s',
  error => expect(explainSecurity(error, { part: 'MySQL' })).toBeUndefined()
)
