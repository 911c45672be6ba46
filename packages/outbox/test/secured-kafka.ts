import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureKafkaAccounts, freePort, type KafkaRight, startStack } from '@outbox-cdc/stack'
import type { KafkaSecurity } from '../src/security/index.ts'
import { authority, pemFile } from './certificates.ts'

const plainLogin = 'org.apache.kafka.common.security.plain.PlainLoginModule required user_ann="plain password";'
const tokens = 'org.apache.kafka.common.security.oauthbearer'

/** Listeners beside the usual one, which demands SCRAM-SHA-512 over TLS. */
const further = {
  logins: {
    protocol: 'SASL_SSL',
    settings: {
      'sasl.enabled.mechanisms': 'PLAIN,OAUTHBEARER',
      'plain.sasl.jaas.config': plainLogin,
      'oauthbearer.sasl.jaas.config': `${tokens}.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="unused";`,
      'oauthbearer.sasl.server.callback.handler.class': `${tokens}.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler`
    }
  },
  expired: { protocol: 'SSL', settings: { 'ssl.keystore.location': pemFile('expired') } },
  otherhost: { protocol: 'SSL', settings: { 'ssl.keystore.location': pemFile('other-host') } },
  certificates: { protocol: 'SSL', settings: { 'ssl.client.auth': 'required' } },
  withouttls: {
    protocol: 'SASL_PLAINTEXT',
    settings: { 'sasl.enabled.mechanisms': 'PLAIN', 'plain.sasl.jaas.config': plainLogin }
  },
  open: { protocol: 'PLAINTEXT', settings: {} }
} as const

type Listener = 'usual' | keyof typeof further

/** A broker with TLS, logins and ACLs, for one test file. Only `admin` may do what no ACL allows. */
export async function startSecuredKafka() {
  const dir = await mkdtemp(join(tmpdir(), 'secured-kafka-'))
  const ports = new Map<string, number>()
  for (const name of Object.keys(further)) ports.set(name, await freePort())
  const stack = await startStack({
    dir,
    parts: ['kafka'],
    secure: true,
    kafkaSettings: usual => ({ ...usual, ...settingsOf(ports, usual) })
  })
  const { security: admin = {}, brokers } = stack.kafka
  let accounts = 0
  return {
    admin: { brokers, security: admin },
    caFile: stack.security?.caFile ?? '',
    /** A client certificate, of `User:admin`. */
    certificate: await readFile(join(stack.security?.dir ?? '', 'kafka.pem'), 'utf8'),
    /** An authority that the brokers' certificates are signed by, or those of the listeners with another certificate. */
    ca: (listener: Listener) => (/^expired$|^otherhost$/.test(listener) ? authority : (admin.tls?.ca ?? '')),
    brokers: (listener: Listener): readonly string[] =>
      listener === 'usual' ? brokers : [`127.0.0.1:${ports.get(listener)}`],
    /** A new account with these rights, and how it logs in. */
    async account(rights: readonly KafkaRight[], name = `account-${++accounts}`): Promise<KafkaSecurity> {
      await ensureKafkaAccounts({ brokers, security: admin }, [{ name, password: 'a password', rights }])
      return { ...admin, sasl: { mechanism: 'SCRAM-SHA-512', username: name, password: 'a password' } }
    },
    async stop() {
      await stack.stopAll()
      await rm(dir, { recursive: true })
    }
  }
}

type Settings = Readonly<Record<string, string | number | boolean>>

function settingsOf(ports: ReadonlyMap<string, number>, usual: Settings): Settings {
  const names = Object.keys(further)
  const listed = (name: string, more: readonly string[]) => ({ [name]: [usual[name], ...more].join(',') })
  const addresses = names.map(name => `${name.toUpperCase()}://127.0.0.1:${ports.get(name)}`)
  const protocols = Object.entries(further).map(([name, { protocol }]) => `${name.toUpperCase()}:${protocol}`)
  const own = Object.entries(further).flatMap(([name, { settings }]) =>
    Object.entries(settings).map(([key, value]) => [`listener.name.${name}.${key}`, value])
  )
  return {
    ...listed('listeners', addresses),
    ...listed('advertised.listeners', addresses),
    ...listed('listener.security.protocol.map', protocols),
    ...Object.fromEntries(own)
  }
}
