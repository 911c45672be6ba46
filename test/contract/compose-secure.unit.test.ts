import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kafkaSecurity, mysqlOptions } from '@outbox-cdc/outbox/security'
import { loadSystem } from '@outbox-cdc/pipeline'
import { securedWorkerSettings } from '@outbox-cdc/stack'
import { brokerEnvironment, workerEnvironment } from '@outbox-cdc/stack/containers/images'
import { securedBrokerSettings } from '@outbox-cdc/stack/security/kafka-settings'
import { expect, it } from 'vitest'
import { parse } from 'yaml'

type Service = {
  readonly user?: string
  readonly environment?: Readonly<Record<string, string | number>>
  readonly command?: readonly string[]
  readonly group_add?: readonly string[]
  readonly volumes?: readonly string[]
}
type Compose = { readonly services: Readonly<Record<string, Service>> }

const root = join(import.meta.dirname, '../..')
const read = (file: string) => readFile(join(root, file), 'utf8')
const text = await read('docker-compose.secure.yml')
const usual = parse(await read('docker-compose.yml'), { merge: true, maxAliasCount: -1 }) as Compose
const secured = parse(text.replaceAll('$$', '$'), { merge: true, maxAliasCount: -1 }) as Compose
const dir = '/run/secrets/tls'
const environmentOf = (name: string) => secured.services[name]?.environment ?? {}
const made = (secured.services['secrets']?.command ?? []).filter(argument => /:\d+$/.test(argument))
const groupOf = new Map(made.map(argument => argument.split(':') as [file: string, group: string]))

it('is what secure.env chooses', async () => {
  expect(await read('secure.env')).toContain('COMPOSE_FILE=docker-compose.yml:docker-compose.secure.yml\n')
})

it('makes every password of docker-compose.yml, and one for each principal of the description', async () => {
  expect(secured.services['secrets']?.command).toEqual(
    expect.arrayContaining([...(usual.services['secrets']?.command ?? [])])
  )
  const readers = (await loadSystem()).services.filter(({ reads }) => reads !== undefined).map(({ name }) => name)
  for (const principal of ['admin', 'keeper', 'console', ...readers])
    expect([principal, groupOf.has(`kafka-${principal}`)]).toEqual([principal, true])
  expect(groupOf.get('connect/kafka-connect')).toBe(groupOf.get('connect/debezium'))
})

it('gives a key or password to the services that use it, and to no other', () => {
  const jobs = ['secrets', 'migrate']
  const used: Readonly<Record<string, readonly string[]>> = {
    mysql: ['root', 'tls/mysql.pem'],
    kafka: ['tls/kafka.pem'],
    connect: ['connect-admin'],
    console: ['connect-admin', 'kafka-console'],
    keeper: ['connect-admin', 'kafka-keeper'],
    connectors: ['connect-admin', 'kafka-admin']
  }
  for (const [name, { group_add: own = [] }] of Object.entries(secured.services)) {
    if (jobs.includes(name)) continue
    const before = usual.services[name]?.group_add ?? []
    const wanted = new Set(
      (used[name] ?? []).map(file => groupOf.get(file)).filter(group => !before.includes(group ?? ''))
    )
    expect([name, own]).toEqual([name, [...wanted]])
  }
})

it('starts MySQL as docker-compose.yml does, but with TLS only', () => {
  const { command, user } = secured.services['mysql'] ?? {}
  expect(command).toEqual([
    ...(usual.services['mysql']?.command ?? []),
    '--require-secure-transport=ON',
    `--ssl-ca=${dir}/ca.pem`,
    `--ssl-cert=${dir}/mysql.pem`,
    `--ssl-key=${dir}/mysql.pem`
  ])
  expect(user).toBe('999:999')
})

it('sets brokers and workers up as packages/stack does', () => {
  const {
    'listener.security.protocol.map': _map,
    'inter.broker.listener.name': _name,
    ...common
  } = Object.fromEntries(
    Object.entries(securedBrokerSettings({ dir }, { username: 'admin', password: '' })).filter(
      // Here the brokers show each other certificates: their image makes no account before they start.
      ([name]) => !/^listener\.name\.client|inter\.broker/.test(name)
    )
  )
  const asTexts = (environment: object) =>
    Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]))
  expect(asTexts(environmentOf('kafka'))).toMatchObject(brokerEnvironment(common))
  const worker = { dir, trustStore: `${dir}/truststore.jks`, workerSecrets: '/run/secrets/connect' }
  const { listeners, ...settings } = securedWorkerSettings(worker, 8083)
  expect(asTexts(environmentOf('connect'))).toMatchObject(workerEnvironment(settings))
  expect(environmentOf('connect')['CONNECT_LISTENERS']).toBe(String(listeners).replace('127.0.0.1', '0.0.0.0'))
})

it('reaches every server with TLS, by variables that hold no secret', () => {
  const variables = Object.values(secured.services).flatMap(({ environment = {} }) => Object.entries(environment))
  for (const [name, value] of variables)
    if (/PASSWORD|JAAS/.test(name)) expect([name, value]).toEqual([name, expect.stringMatching(/\$\{dir:|required;$/)])
  for (const [, url] of variables.filter(([name]) => /MYSQL_URL|_DB_URL/.test(name)))
    expect(mysqlOptions(String(url).replace(/\$\{[^}]*\}/, 'password')).ssl).toMatchObject({ rejectUnauthorized: true })
  for (const [, url] of variables.filter(([name]) => name === 'CONNECT_URL')) expect(url).toMatch(/^https:/)
  for (const name of ['connectors', 'keeper', 'console', 'delivery-service']) {
    const { KAFKA_SASL_PASSWORD: _reference, ...own } = environmentOf(name) as Record<string, string>
    expect(kafkaSecurity({ ...own, KAFKA_SASL_PASSWORD: 'of-this-test' })).toMatchObject({
      tls: {},
      sasl: { mechanism: 'SCRAM-SHA-512' }
    })
  }
})
