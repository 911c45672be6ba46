import { type ConnectApi, listConnectors, readKeeper, type Verdict } from '@outbox-cdc/connectctl'
import type { Config } from '../config.ts'
import type { Sources } from '../sources.ts'
import { createProbe } from './probe.ts'
import { createAggregatesReader, createEffectsReader } from './read-databases.ts'
import { createConsumerReader } from './read-group.ts'
import { createTopicReader } from './read-kafka.ts'
import { createServiceReader } from './read-service.ts'

type Probes = ReturnType<typeof createProbes>
type ReadingOf<Probe> = Probe extends { readonly reading: () => infer Reading } ? Reading : undefined

/** All that is known at one moment. A part that is not configured has no reading at all. */
export type Readings = { readonly now: number } & { readonly [Part in keyof Probes]: ReadingOf<Probes[Part]> }

/** One probe for each hop that is configured. */
export function createProbes(config: Config, { kafka, connect, consumerDb, aggregates, effects, track }: Sources) {
  const { KAFKA_TOPIC, KAFKA_GROUP: group, CONNECTOR_NAME: connector, KEEPER_URL: keeper } = config
  const { WRITER_URL: writer, CONSUMER_URL: consumer, OUTBOX_TABLE: outboxTable } = config
  const source = { ...kafka.samples, topic: KAFKA_TOPIC }
  const topic = createProbe(createTopicReader(source))
  return {
    topic,
    group: createProbe(createConsumerReader({ ...source, group, log: () => topic.reading().value })),
    /** The keeper's verdict on the pipeline's connector: the only answer to whether events flow. */
    keeper: keeper && connector ? createProbe(() => readVerdict(keeper, connector)) : undefined,
    connector: connect && connector ? createProbe(() => readStatus(connect.reading, connector)) : undefined,
    writer: writer ? createProbe(createServiceReader(writer)) : undefined,
    consumer: consumer ? createProbe(createServiceReader(consumer)) : undefined,
    aggregates: aggregates && createProbe(createAggregatesReader({ table: aggregates, outboxTable, track })),
    effects:
      consumerDb && createProbe(createEffectsReader({ db: consumerDb, table: effects, consumer: group, aggregates }))
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
export async function tickAll({ topic, group, ...others }: Probes): Promise<void> {
  const kafka = async () => {
    await topic.tick()
    if (topic.reading().failing === undefined) await group.tick()
  }
  await Promise.all([kafka(), ...Object.values(others).map(probe => probe?.tick())])
}

export function readAll(probes: Probes): Readings {
  const readings = Object.entries(probes).map(([part, probe]) => [part, probe?.reading()])
  return { now: Date.now(), ...Object.fromEntries(readings) } as Readings
}
