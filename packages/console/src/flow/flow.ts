import { z } from 'zod'

/** Worst first. `unknown` is not bad news: it is no news. */
export const hopState = z.enum(['ok', 'slow', 'stopped', 'unknown'])
export type HopState = z.output<typeof hopState>

export const hopIds = ['orders', 'mysql', 'debezium', 'topic', 'delivery'] as const

const fact = z.object({
  label: z.string(),
  value: z.union([z.number(), z.string(), z.null()]),
  unit: z.enum(['per second', 'events', 'ms', 'bytes', 'ago', 'at', 'rows', 'text', 'count']).meta({
    description: 'How `value` is to be read: `ago` and `at` are milliseconds since 1970'
  })
})
export type Fact = z.output<typeof fact>

const waiting = z.object({
  events: z.number(),
  atLeast: z.boolean().meta({ description: 'Counting stopped at `events`: there are more' }),
  ms: z.number().meta({ description: 'Age of the oldest' })
})

export const hop = z
  .object({
    id: z.enum(hopIds),
    title: z.string(),
    name: z.string(),
    state: hopState,
    words: z.string().meta({ description: 'The state in words' }),
    rate: z.number().nullable().meta({ description: 'Events a second over the last ten seconds' }),
    waiting: waiting.nullable().meta({ description: 'What has not passed this hop yet' }),
    facts: z.array(fact),
    readAt: z.number().nullable().meta({ description: 'When the newest answer came; older ones are stale' })
  })
  .meta({ id: 'Hop' })
export type Hop = z.output<typeof hop>

const headline = z.object({
  state: hopState,
  text: z.string(),
  advice: z.string().nullable(),
  hop: z.enum(hopIds).nullable(),
  see: z.string().nullable().meta({ description: 'The address of the screen where one goes on' }),
  since: z.number().nullable()
})
export type Headline = z.output<typeof headline>

const percentiles = z.object({ p50: z.number(), p95: z.number(), p99: z.number(), samples: z.number() })
export type Percentiles = z.output<typeof percentiles>

export const flow = z
  .object({
    at: z.number(),
    headline,
    hops: z.array(hop),
    latency: z.object({
      toDebezium: percentiles.nullable().meta({
        description: 'From commit to Debezium reading it, last minute; null where the connector adds no captured_us'
      }),
      toKafka: percentiles.nullable().meta({ description: 'From commit to the record in Kafka, last minute' }),
      toDelivery: percentiles.nullable().meta({ description: 'From commit to the delivered row, last minute' })
    }),
    partitions: z.array(
      z.object({ partition: z.number(), kept: z.number(), next: z.number(), lag: z.number().nullable() })
    ),
    newest: z.array(
      z.object({
        id: z.number(),
        createdAt: z.number(),
        label: z.string(),
        deliveredMs: z.number().nullable(),
        delivered: z.boolean().nullable()
      })
    ),
    parked: z.number().nullable()
  })
  .meta({ id: 'Flow' })
export type Flow = z.output<typeof flow>
