import { type ConnectApi, listConnectors, readKeeper, type Verdict } from '@outbox-cdc/connectctl'
import type { Flow } from '../api/pipeline-schemas.ts'
import type { Config } from '../config.ts'
import type { Sources } from '../sources.ts'
import { buildFlow } from './build-flow.ts'
import { createMeasures, figuresOf, mapValues } from './measures.ts'
import { createProbe } from './probe.ts'
import { createAggregatesReader, createEffectsReader } from './read-databases.ts'
import { createGroupReader, createTopicReader } from './read-kafka.ts'
import { createServiceReader } from './read-service.ts'
import { namesFrom, type Readings } from './readings.ts'
import { createSeries } from './series.ts'

export type Sampler = ReturnType<typeof createSampler>

const everyMs = 1_000

/** Reads every hop once a second and keeps the newest picture, which `onFlow` gets, and the figures of the last hour. */
export function createSampler(config: Config, sources: Sources, onFlow: (flow: Flow) => void) {
  const probes = createProbes(config, sources)
  const names = namesFrom(config)
  const series = createSeries({ stepMs: 5_000, means: ['orders', 'published', 'delivered'] })
  const measures = createMeasures()
  let timer: NodeJS.Timeout | undefined
  let newest = picture()

  function picture(): Flow {
    const readings = { now: Date.now(), ...mapValues(probes, probe => probe?.reading()) } as Readings
    measures.add(readings)
    return buildFlow(readings, names, measures.results(readings.now))
  }

  async function sample(): Promise<void> {
    const began = Date.now()
    await tickAll(probes)
    newest = picture()
    series.add(newest.at, figuresOf(newest))
    onFlow(newest)
    if (timer !== undefined) timer = setTimeout(() => void sample(), Math.max(100, everyMs - (Date.now() - began)))
  }

  return {
    series,
    flow: () => newest,
    start() {
      timer ??= setTimeout(() => void sample(), 0)
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
    }
  }
}

type Probes = ReturnType<typeof createProbes>

/** One probe for each hop that is configured. */
function createProbes(config: Config, { kafka, connect, aggregates, effects, track }: Sources) {
  const { KAFKA_TOPIC, KAFKA_GROUP: group, CONNECTOR_NAME: connector, KEEPER_URL: keeper } = config
  const { WRITER_URL: writer, CONSUMER_URL: consumer, OUTBOX_TABLE: outboxTable } = config
  const source = { ...kafka.samples, topic: KAFKA_TOPIC }
  const topic = createProbe(createTopicReader(source))
  const ends = () => topic.reading().value?.next
  // Latency needs both databases; the effects are worth showing without it.
  const committedAt = async (ids: readonly number[]) =>
    (await aggregates?.times(ids).catch(() => undefined)) ?? new Map<number, number>()
  return {
    topic,
    group: createProbe(createGroupReader({ ...source, group, ends })),
    keeper: keeper && connector ? createProbe(() => readVerdict(keeper, connector)) : undefined,
    connector: connect && connector ? createProbe(() => readStatus(connect.reading, connector)) : undefined,
    writer: writer ? createProbe(createServiceReader(writer)) : undefined,
    consumer: consumer ? createProbe(createServiceReader(consumer)) : undefined,
    aggregates: aggregates && createProbe(createAggregatesReader({ table: aggregates, outboxTable, track })),
    effects: effects && createProbe(createEffectsReader({ table: effects, consumer: group, committedAt }))
  }
}

async function readStatus(connect: ConnectApi, connector: string) {
  return (await listConnectors(connect)).find(({ status }) => status.name === connector)?.status
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
