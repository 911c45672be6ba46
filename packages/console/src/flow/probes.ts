import { listConnectors, readKeeper, type Verdict } from '@outbox-cdc/connectctl'
import type { Config } from '../config.ts'
import { createShared, type Shared } from '../shared.ts'
import type { HopSources, Sources } from '../sources.ts'
import { createProbe, type Probe, picked } from './probe.ts'
import { createAggregatesReader, createEffectsReader } from './read-databases.ts'
import { createConsumerReader } from './read-group.ts'
import { createTopicReader } from './read-kafka.ts'
import { createServiceReader } from './read-service.ts'

export type Probes = ReturnType<typeof probesOf>
type ReadingOf<Of> = Of extends { readonly reading: () => infer Reading } ? Reading : undefined

/** All that is known of a hop at one moment. A part that is not configured has no reading at all. */
export type Readings = { readonly now: number } & { readonly [Part in keyof Probes]: ReadingOf<Probes[Part]> }

/** The probes of each hop. What hops have in common is read once. */
export function createProbes(config: Config, sources: Sources) {
  const shared = createShared()
  return sources.hops.map(one => ({ hop: one.hop, probes: probesOf(config, { ...sources, shared }, one) }))
}

/** The services at no end of a hop, whose calls are shown. */
export function createCallerProbes({ hops }: Sources) {
  const callers = hops.flatMap(({ hop }) => hop.callers ?? [])
  return callers.map(({ name, url, calls }) => ({ name, calls, probe: createProbe(createServiceReader(url)) }))
}

type NamedVerdict = Verdict & { readonly name: string }
type Common = Pick<Sources, 'kafka' | 'connect'> & { readonly shared: Shared }

/** One probe for each part that is configured. */
function probesOf({ KEEPER_URL: keeper }: Config, { kafka, connect, shared }: Common, sources: HopSources) {
  const { hop, consumerDb, aggregates, effects, track } = sources
  const { group, connector, aggregate } = hop
  const source = { ...kafka.samples, topic: hop.topic }
  const topic = shared(`topic ${hop.topic}`, () => createProbe(createTopicReader(source)))
  const consumer = () => createProbe(createConsumerReader({ ...source, group, log: () => topic.reading().value }))
  const service = (url: string | undefined) =>
    url === undefined ? undefined : shared(`service ${url}`, () => createProbe(createServiceReader(url)))
  return {
    topic,
    group: shared(`group ${group} ${hop.topic}`, consumer),
    keeper: keeper && connector ? verdictProbe(keeper, connector, shared) : undefined,
    connector: connect && connector ? statusProbe(connect, connector, shared) : undefined,
    writer: service(hop.writerUrl),
    consumer: service(hop.consumerUrl),
    aggregates:
      aggregates &&
      createProbe(createAggregatesReader({ table: aggregates, outboxTable: aggregate.outboxTable, track })),
    effects:
      consumerDb && createProbe(createEffectsReader({ db: consumerDb, table: effects, consumer: group, aggregates }))
  }
}

function statusProbe({ reading }: NonNullable<Sources['connect']>, connector: string, shared: Shared) {
  const all = shared('connectors', () => createProbe(() => listConnectors(reading)))
  return picked(all, found => found.find(({ status }) => status.name === connector)?.status)
}

/** The keeper's verdict on a connector: the only answer to whether events flow. */
function verdictProbe(keeper: string, connector: string, shared: Shared) {
  const all = shared('keeper', () => createProbe(() => readVerdicts(keeper)))
  const unwatched: Verdict = { state: 'unknown', reason: `the keeper does not watch ${connector}` }
  return picked<readonly NamedVerdict[], Verdict>(
    all,
    found => found.find(({ name }) => name === connector) ?? unwatched
  )
}

async function readVerdicts(url: string) {
  const verdicts = await readKeeper(url)
  if (verdicts === undefined) throw new Error('no answer')
  return verdicts
}

/** The topics before the groups: their lag needs the ends. Without Kafka the groups cannot be read either. */
export async function tickAll(all: readonly Probes[]): Promise<void> {
  const kafka = async () => {
    await tickOnce(all.map(({ topic }) => topic))
    await tickOnce(all.filter(({ topic }) => topic.reading().failing === undefined).map(({ group }) => group))
  }
  const others = all.flatMap(({ topic: _topic, group: _group, ...rest }) => Object.values(rest))
  await Promise.all([kafka(), tickOnce(others.filter(probe => probe !== undefined))])
}

async function tickOnce(probes: readonly Pick<Probe<unknown>, 'tick'>[]): Promise<void> {
  await Promise.all([...new Set(probes.map(({ tick }) => tick))].map(tick => tick()))
}

export function readAll(probes: Probes): Readings {
  const readings = Object.entries(probes).map(([part, probe]) => [part, probe?.reading()])
  return { now: Date.now(), ...Object.fromEntries(readings) } as Readings
}
