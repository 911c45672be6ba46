import { flowStates } from '@outbox-cdc/connectctl'
import { z } from 'zod'
import { named, shownRecord } from './kafka-schemas.ts'
import { flowSagas } from './saga-schemas.ts'

// What /api answers about the pipeline: the routes answer it, the OpenAPI document describes it, the page's types are it.

export const about = named('About', {
  actions: z.boolean().meta({ description: 'Whether the page may change something' }),
  actionToken: z.string().meta({ description: 'For the header X-Console-Action of each POST' }),
  playground: z.boolean().meta({ description: 'Whether parts may be broken for a while' }),
  figure: z
    .object({ title: z.string(), about: z.string() })
    .nullable()
    .meta({ description: 'The picture at /figure.svg; null where there is none' }),
  hops: z.array(
    z.object({
      name: z.string(),
      example: z.string().nullable().meta({ description: 'A command that writes one; POST /api/orders does the same' }),
      names: z.record(z.string(), z.string())
    })
  )
})
export type About = z.output<typeof about>

export const partState = z.enum(['ok', 'slow', 'stopped', 'unknown']).meta({
  description: '`stopped` is red, `slow` is amber; `unknown` means that the console cannot tell'
})
export type PartState = z.output<typeof partState>

export const partIds = ['writer', 'database', 'debezium', 'topic', 'delivery'] as const
export type PartId = (typeof partIds)[number]

const fact = z.object({
  label: z.string(),
  value: z.union([z.number(), z.string(), z.null()]),
  unit: z.enum(['per second', 'events', 'ms', 'bytes', 'ago', 'at', 'rows', 'text', 'count']).meta({
    description: 'How to read `value`: `ago` and `at` are milliseconds since 1970'
  })
})
export type Fact = z.output<typeof fact>

const waiting = z.object({
  events: z.number(),
  ms: z.number().meta({ description: 'Age of the oldest' })
})

const part = named('Part', {
  id: z.enum(partIds),
  title: z.string(),
  name: z.string(),
  state: partState,
  words: z.string().meta({ description: 'The state in words' }),
  rate: z.number().nullable().meta({ description: 'Events per second over the last ten seconds' }),
  waiting: waiting
    .nullable()
    .meta({ description: "Records of all topics that the group reads, and has not handled, from Kafka's offsets" }),
  facts: z.array(fact),
  readAt: z.number().nullable().meta({ description: 'When the newest answer came; older ones are stale' })
})
export type Part = z.output<typeof part>

export const breakerStates = ['closed', 'half_open', 'open'] as const
export type BreakerState = (typeof breakerStates)[number]

const call = named('Call', {
  part: z
    .enum(['writer', 'delivery'])
    .nullable()
    .meta({ description: 'The part of a hop that calls; null for a service at no end of a hop' }),
  from: z.string(),
  to: z.string().meta({ description: 'The service that it calls' }),
  breaker: z.enum(breakerStates).nullable().meta({ description: 'null where it is not known' }),
  state: partState,
  words: z.string().meta({ description: 'The state in words' }),
  rate: z.number().nullable().meta({ description: 'Calls per second over the last ten seconds; a retry is none' }),
  failed: z
    .number()
    .nullable()
    .meta({ description: 'The share of them that failed, 0 to 1; null where there were none' }),
  readAt: z.number().nullable().meta({ description: 'When the newest answer came; null while there is none' })
})
export type Call = z.output<typeof call>

const verdict = z
  .object({
    state: z.enum(flowStates),
    reason: z.string(),
    advice: z.string().optional(),
    since: z.number().optional()
  })
  .meta({ id: 'Verdict', description: "The keeper's answer to whether events get from the database to Kafka" })

const headline = z.object({
  state: partState,
  text: z.string(),
  advice: z.string().nullable(),
  hop: z.string().nullable().meta({ description: 'The hop of which it speaks; null while all is well' }),
  part: z.enum(partIds).nullable(),
  see: z.string().nullable().meta({ description: 'The address of the screen with more about it' }),
  since: z.number().nullable()
})

const percentiles = z.object({ p50: z.number(), p95: z.number(), p99: z.number() })

const listedAggregate = z.object({
  id: z.string(),
  createdAt: z.number().nullable().meta({ description: 'null where its column does not say' }),
  label: z.string(),
  delivered: z.boolean().nullable().meta({ description: 'null while that cannot be read' }),
  deliveredMs: z.number().nullable().meta({ description: 'null also where one of the times is not known' })
})

const hop = named('Hop', {
  name: z.string(),
  writer: z.string(),
  consumer: z.string(),
  verdict: verdict.nullable().meta({ description: 'null where no keeper is configured, or it does not answer' }),
  parts: z.array(part).meta({ description: 'Only those that are configured' }),
  latency: z.object({
    toDebezium: percentiles.nullable().meta({
      description: 'From commit to Debezium reading it, last minute; null where the connector adds no captured_us'
    }),
    toKafka: percentiles.nullable().meta({ description: 'From commit to the record in Kafka, last minute' }),
    toDelivery: percentiles.nullable().meta({ description: 'From commit to the row of its effect, last minute' })
  }),
  partitions: z.array(z.object({ partition: z.number(), lag: z.number().nullable() })),
  newest: z.array(listedAggregate),
  parked: z.number().nullable()
})
export type Hop = z.output<typeof hop>

export const flow = named('Flow', {
  at: z.number(),
  headline: headline.meta({ description: 'The worst of all hops in one sentence' }),
  parked: z.number().nullable().meta({ description: 'Of all hops' }),
  hops: z.array(hop),
  calls: z.array(call).meta({ description: 'Which service calls which, with the circuit breaker of each call' }),
  sagas: flowSagas.nullable().meta({ description: 'null where no saga map is configured' })
})
export type Flow = z.output<typeof flow>

export const series = named('Series', {
  stepMs: z.number(),
  at: z.array(z.number()),
  figures: z.record(z.string(), z.array(z.number().nullable())).meta({
    description: 'committed, published, delivered (per second); p50, p95, p99 (ms); waitingKafka, lagN'
  })
})
export type Series = z.output<typeof series>

export const aggregatePage = named('AggregatePage', { items: z.array(listedAggregate), next: z.string().nullable() })
export type AggregatePage = z.output<typeof aggregatePage>

const stage = z.object({
  id: z.enum(['committed', 'log', 'kafka', 'handled', 'delivered']),
  title: z.string(),
  state: z.enum(['done', 'waiting', 'parked', 'skipped', 'unknown']),
  words: z.string().meta({ description: 'What happened, or what it waits for' }),
  at: z.number().nullable(),
  sinceCommit: z.number().nullable().meta({ description: 'Milliseconds from the commit to this stage' }),
  facts: z.array(z.object({ label: z.string(), value: z.union([z.string(), z.number(), z.null()]) }))
})
export type Stage = z.output<typeof stage>

export const parkedKey = named('ParkedKey', {
  consumer: z.string(),
  key: z.string().meta({ description: 'As outboxctl takes it: AGGREGATE/ID, encoded in ASCII' }),
  aggregate: z.string().nullable(),
  id: z.string().nullable().meta({ description: 'What the key names; null where a key is only a hash' }),
  reason: z.string(),
  parkedAt: z.number(),
  retryAskedAt: z.number().nullable(),
  waiting: z.number().meta({ description: 'Events that wait, the refused one among them' }),
  attempts: z.number().meta({ description: 'How often the refused event was tried' })
})
export type ParkedKey = z.output<typeof parkedKey>

const parkedHere = parkedKey.omit({ aggregate: true, id: true, parkedAt: true, waiting: true, attempts: true }).extend({
  error: z.string().nullable(),
  behind: z.number().meta({ description: 'Events of the same key that wait behind it' })
})

export const journey = named('Journey', {
  id: z.string(),
  found: z.boolean(),
  finished: z.boolean().meta({ description: 'Delivered or skipped: it stays as it is' }),
  traceId: z.string().nullable(),
  correlationId: z.string().nullable(),
  actor: z.string().nullable(),
  stages: z.array(stage),
  record: shownRecord.nullable(),
  parked: parkedHere.nullable()
})
export type Journey = z.output<typeof journey>

export const parkedEvent = named('ParkedEvent', {
  id: z.number(),
  state: z.string(),
  reason: z.string(),
  error: z.string().nullable(),
  stack: z.string().nullable(),
  attempts: z.number(),
  parkedAt: z.number(),
  note: z.string().nullable(),
  record: shownRecord
})
export type ParkedEvent = z.output<typeof parkedEvent>
