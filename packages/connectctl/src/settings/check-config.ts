import type { ConnectorConfig, NamedConfig } from '../connect/connect-api.ts'
import { itemsOf } from './captured-tables.ts'
import { checkDatabaseTls } from './database-tls-rules.ts'
import { connectorClasses, type Engine, engineOf } from './engine.ts'
import { error, type Finding, warning } from './finding.ts'
import { checkKafkaClients, keepsHistoryInKafka } from './kafka-client-rules.ts'
import { isOfAnother, knownSettings, openPrefixes } from './known-settings.ts'
import { checkLosses } from './loss-rules.ts'
import { checkOutbox } from './outbox-rules.ts'
import { type Environment, hidesSecret, isSecretKey, isSecretReference } from './secrets.ts'

/**
 * All findings about a connector's settings, errors first. `environment` says whether the cluster is secured. For other connector classes it
 * checks the secrets only.
 */
export function checkConfig(
  config: ConnectorConfig,
  neighbours: readonly NamedConfig[] = [],
  environment: Environment = {}
): readonly Finding[] {
  const { 'connector.class': ofClass } = config
  if (ofClass !== undefined && !Object.values(connectorClasses).includes(ofClass)) return checkSecrets(config)
  const findings = [
    ...checkNames(config),
    ...checkValues(config),
    ...checkSecrets(config),
    ...checkKafkaClients(config, environment),
    ...checkDatabaseTls(config, environment),
    ...checkNeighbours(config, neighbours),
    ...checkLosses(config),
    ...checkOutbox(config),
    ...checkTransforms(config)
  ]
  return findings.toSorted((a, b) => a.level.localeCompare(b.level))
}

const unique = {
  'database.server.id': 'readers with the same replica id disconnect each other',
  'topic.prefix': 'connectors with the same prefix share their offsets',
  'slot.name': 'only one of them can read the slot',
  'schema.history.internal.kafka.topic': 'a history that two connectors write is unreadable for both'
} as const

/** Settings that must differ from every other connector on the same cluster or in the same folder. */
function checkNeighbours(config: ConnectorConfig, neighbours: readonly NamedConfig[]): readonly Finding[] {
  return Object.entries(unique).flatMap(([key, harm]) =>
    neighbours
      .filter(other => config[key] !== undefined && other.config[key] === config[key])
      .filter(other => key !== 'slot.name' || isSameServer(other.config, config))
      .map(other => error(key, `${config[key]} is also used by ${other.name}: ${harm}`))
  )
}

const isSameServer = (one: ConnectorConfig, other: ConnectorConfig) =>
  one['database.hostname'] === other['database.hostname'] && one['database.port'] === other['database.port']

function checkSecrets(config: ConnectorConfig): readonly Finding[] {
  return Object.entries(config)
    .filter(([key, value]) => isSecretKey(key) && value !== '' && !hidesSecret(key, value))
    .map(([key]) =>
      error(key, 'is in clear, so the REST API and the config topic would show it: use a reference such as ${dir:…}')
    )
}

function checkTransforms(config: ConnectorConfig): readonly Finding[] {
  if (!(Number(config['heartbeat.interval.ms'] ?? 0) > 0)) return []
  const readsHeaders = (type = '') => type.startsWith('org.apache.kafka.connect.transforms.HeaderFrom')
  return itemsOf(config['transforms'])
    .map(name => `transforms.${name}`)
    .filter(key => readsHeaders(config[`${key}.type`]) && config[`${key}.predicate`] === undefined)
    .map(key => error(key, 'throws on heartbeats and stops the task: give it a TopicNameMatches predicate'))
}

const renamed: Readonly<Record<string, string>> = {
  'transforms.unwrap.delete.handling.mode': 'transforms.unwrap.delete.tombstone.handling.mode',
  'transforms.unwrap.drop.tombstones': 'transforms.unwrap.delete.tombstone.handling.mode',
  'database.server.name': 'topic.prefix',
  'database.history.kafka.topic': 'schema.history.internal.kafka.topic',
  'database.history.kafka.bootstrap.servers': 'schema.history.internal.kafka.bootstrap.servers',
  'database.whitelist': 'database.include.list',
  'table.whitelist': 'table.include.list'
}

/** Connect accepts any key and ignores unknown ones, so a misspelt key silently leaves the default. */
function checkNames(config: ConnectorConfig): readonly Finding[] {
  const engine = engineOf(config)
  const known = knownSettings[engine]
  return Object.keys(config).flatMap(key => {
    const now = renamed[key]
    if (now !== undefined) return [error(key, `is no longer read: its new name is ${now}`)]
    if (known.has(key)) return []
    if (isOfAnother(key, engine)) return [error(key, `is not a setting of this connector: it reads ${engine}`)]
    const meant = nearest(key, known)
    if (meant !== undefined) return [error(key, `is not a setting; did you mean ${meant}?`)]
    if (openPrefixes.some(prefix => key.startsWith(prefix))) return []
    return [warning(key, 'is not a setting that this tool knows; Connect ignores unknown keys')]
  })
}

function nearest(key: string, known: ReadonlyMap<string, string>): string | undefined {
  const allowed = key.length > 12 ? 2 : 1
  const names = [...known.keys()].toSorted()
  // Keys under an open prefix may be close to a known one, such as `converters` and `converters.x`.
  return names.find(
    name =>
      Math.abs(name.length - key.length) <= allowed && editDistance(name, key) <= allowed && !key.startsWith(`${name}.`)
  )
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next[j] = Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1)
    }
    row = next
  }
  return row[b.length] ?? 0
}

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  'database.port': [1, 65_535],
  'database.server.id': [1, 4_294_967_295],
  'tasks.max': [1, 1],
  'max.batch.size': [1, 1_000_000],
  'max.queue.size': [1, 10_000_000],
  'poll.interval.ms': [1, 5_000],
  'heartbeat.interval.ms': [0, 86_400_000],
  'connect.keep.alive.interval.ms': [100, 3_600_000],
  'connect.timeout.ms': [1, 600_000]
}

const required = ['connector.class', 'topic.prefix', 'database.hostname', 'database.user', 'database.password']
const history = 'schema.history.internal'
const requiredBy: Readonly<Record<Engine, (config: ConnectorConfig) => readonly string[]>> = {
  MySQL: config =>
    keepsHistoryInKafka(config) ? [`${history}.kafka.topic`, `${history}.kafka.bootstrap.servers`] : [],
  PostgreSQL: () => ['database.dbname']
}

/** Finds values that the worker would refuse, and values that it would accept but that are surely a mistake. */
function checkValues(config: ConnectorConfig): readonly Finding[] {
  const known = knownSettings[engineOf(config)]
  const needed = [...required, ...requiredBy[engineOf(config)](config)]
  const missing = needed.filter(key => (config[key] ?? '') === '').map(key => error(key, 'is missing'))
  const wrong = Object.entries(config).flatMap(([key, value]) => {
    const why = isSecretReference(value) ? undefined : problemWith([key, value], known)
    return why === undefined ? [] : [error(key, why)]
  })
  return [...missing, ...wrong]
}

function problemWith([key, value]: readonly [string, string], known: ReadonlyMap<string, string>): string | undefined {
  const kind = known.get(key)
  if (kind === 'number') return problemWithNumber(key, value)
  if (kind === undefined || kind === 'text') return undefined
  const values = kind.split('|')
  return values.includes(value.toLowerCase()) ? undefined : `is ${value}; it can be ${values.join(', ')}`
}

function problemWithNumber(key: string, value: string): string | undefined {
  if (!/^-?\d+$/.test(value.trim())) return `is ${value}; it must be a whole number`
  const [least, most] = ranges[key] ?? [-1, Number.MAX_SAFE_INTEGER]
  if (Number(value) >= least && Number(value) <= most) return undefined
  if (key === 'tasks.max') return 'is not 1: this connector always has a single task'
  return `is ${value}; it must be between ${least} and ${most}`
}
