import { readKeeper, type Verdict } from '@outbox-cdc/connectctl'
import type { Flow } from '../api/pipeline-schemas.ts'
import type { Config } from '../config.ts'
import type { ConnectCluster } from '../connect/connect-cluster.ts'
import type { Sources } from '../sources.ts'
import { buildFlow } from './build-flow.ts'
import { createMeasures, figuresOf } from './measures.ts'
import { createProbe } from './probe.ts'
import { createAggregatesReader, createEffectsReader } from './read-databases.ts'
import { createGroupReader, createTopicReader } from './read-kafka.ts'
import { createServiceReader } from './read-service.ts'
import { namesFrom, type Readings } from './readings.ts'
import { createSeries } from './series.ts'

export type Sampler = ReturnType<typeof createSampler>

const everyMs = 1_000

/** Reads every hop once a second and keeps the newest picture and the figures of the last hour. */
export function createSampler(config: Config, sources: Sources) {
  const probes = createProbes(config, sources)
  const names = namesFrom(config)
  const series = createSeries()
  const measures = createMeasures()
  const listeners: ((flow: Flow) => void)[] = []
  let timer: NodeJS.Timeout | undefined
  let newest = snapshot()

  function snapshot() {
    const readings = measures.add(readAll(probes, Date.now()))
    return { readings, flow: buildFlow(readings, names, measures.results(readings.now)) }
  }

  async function sample(): Promise<void> {
    const began = Date.now()
    await tickAll(probes)
    newest = snapshot()
    series.add(newest.flow.at, figuresOf(newest.flow, newest.readings))
    for (const listener of listeners) listener(newest.flow)
    if (timer !== undefined) timer = setTimeout(() => void sample(), Math.max(100, everyMs - (Date.now() - began)))
  }

  return {
    series,
    flow: () => newest.flow,
    readings: () => newest.readings,
    start() {
      timer ??= setTimeout(() => void sample(), 0)
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
    },
    /** Calls the listener with each new picture, about once a second. */
    onFlow(listener: (flow: Flow) => void) {
      listeners.push(listener)
    }
  }
}

type Probes = ReturnType<typeof createProbes>

/** One probe for each hop that is configured. */
function createProbes(config: Config, { kafka, connect, aggregates, effects, writerDb, consumerDb }: Sources) {
  const { admin, reader } = kafka.samples
  const { KAFKA_TOPIC, KAFKA_GROUP: group, CONNECTOR_NAME: connector, KEEPER_URL: keeper } = config
  const source = { admin, reader, topic: KAFKA_TOPIC }
  const topic = createProbe(createTopicReader(source))
  const ends = () => topic.reading().value?.next
  // Latency needs both databases; the effects are worth showing without it.
  const committedAt = async (ids: readonly number[]) =>
    (await aggregates?.times(ids).catch(() => undefined)) ?? new Map<number, number>()
  return {
    topic,
    group: createProbe(createGroupReader({ ...source, group, ends })),
    keeper: keeper && connector ? createProbe(() => readVerdict(keeper, connector)) : undefined,
    connector: connect && connector ? createProbe(() => readStatus(connect, connector)) : undefined,
    writer: config.WRITER_URL ? createProbe(createServiceReader(config.WRITER_URL)) : undefined,
    consumer: config.CONSUMER_URL ? createProbe(createServiceReader(config.CONSUMER_URL)) : undefined,
    aggregates:
      writerDb && aggregates && createProbe(createAggregatesReader(writerDb, aggregates, config.OUTBOX_TABLE)),
    effects:
      consumerDb &&
      effects &&
      createProbe(createEffectsReader({ db: consumerDb, table: effects, consumer: group, committedAt }))
  }
}

async function readStatus(connect: ConnectCluster, connector: string) {
  return (await connect.list()).find(({ status }) => status.name === connector)?.status
}

async function readVerdict(url: string, connector: string): Promise<Verdict> {
  const verdicts = await readKeeper(url)
  if (verdicts === undefined) throw new Error('no answer')
  const found = verdicts.find(({ name }) => name === connector)
  return found ?? { state: 'unknown', reason: `the keeper does not watch ${connector}` }
}

/** The topic before the group: its lag needs the ends. Without Kafka the group cannot be read either. */
async function tickAll({ topic, group, ...others }: Probes): Promise<void> {
  const kafka = async () => {
    await topic.tick()
    if (topic.reading().failing === undefined) await group.tick()
  }
  await Promise.all([kafka(), ...Object.values(others).map(probe => probe?.tick())])
}

function readAll(probes: Probes, now: number): Readings {
  return {
    now,
    topic: probes.topic.reading(),
    group: probes.group.reading(),
    keeper: probes.keeper?.reading(),
    connector: probes.connector?.reading(),
    writer: probes.writer?.reading(),
    consumer: probes.consumer?.reading(),
    aggregates: probes.aggregates?.reading(),
    effects: probes.effects?.reading()
  }
}
