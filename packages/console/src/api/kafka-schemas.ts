import { flowStates } from '@outbox-cdc/connectctl'
import { z } from 'zod'

// What /api answers about Kafka and Kafka Connect; used as pipeline-schemas.ts is.

/** An object that the OpenAPI document describes once, under this name. */
export const named = <T extends z.ZodRawShape>(id: string, shape: T) => z.object(shape).meta({ id })

export const shownRecord = named('Record', {
  partition: z.number(),
  offset: z.number(),
  timestamp: z.number().nullable().meta({ description: 'null where the record has none' }),
  key: z.string().nullable().meta({ description: 'In short: 7 for {"event_id":7}' }),
  aggregate: z.string().nullable().meta({ description: 'From its header: others may have the same key' }),
  event: z.string().nullable(),
  value: z.unknown().meta({ description: 'Without {schema, payload} around it, and with the inner JSON text parsed' }),
  rawKey: z.string().nullable(),
  rawValue: z.string().nullable().meta({ description: 'At most 64 kB of it; Avro as hexadecimal digits' }),
  cut: z.boolean().meta({ description: 'The value is larger than what is shown' }),
  bytes: z.number(),
  headers: z.array(z.object({ name: z.string(), value: z.string().nullable() }))
})
export type ShownRecord = z.output<typeof shownRecord>

export const recordPage = named('Records', {
  items: z.array(shownRecord).meta({ description: 'Newest first' }),
  older: z.string().nullable().meta({ description: 'The `before` of the next page' }),
  newer: z.string().meta({ description: 'The `after` for what comes later' })
})
export type RecordPage = z.output<typeof recordPage>

export const volume = z.object({ from: z.number(), stepMs: z.number(), counts: z.array(z.number()) })
export type Volume = z.output<typeof volume>

export const missing = z.array(z.string()).meta({
  description: 'Sentences about what is left out, because the account of this console lacks a right'
})

export const listedTopic = named('ListedTopic', {
  name: z.string(),
  partitions: z.number(),
  records: z.number().meta({ description: 'Offsets between the first and the next: records, unless compacted' }),
  bytes: z.number().nullable().meta({ description: 'On disk, all replicas' }),
  retentionMs: z.number().nullable(),
  cleanup: z.string().nullable(),
  internal: z.boolean().meta({ description: "Kafka's own, Connect's own, or heartbeats" })
})
export type ListedTopic = z.output<typeof listedTopic>

export const describedTopic = named('Topic', {
  name: z.string(),
  partitions: z.array(
    z.object({
      partition: z.number(),
      leader: z.number(),
      replicas: z.array(z.number()),
      inSync: z.array(z.number()),
      first: z.number(),
      next: z.number(),
      bytes: z.number().nullable()
    })
  ),
  settings: z.array(z.object({ name: z.string(), value: z.string().nullable(), changed: z.boolean() })),
  missing
})
export type DescribedTopic = z.output<typeof describedTopic>

const groupType = z.string().meta({
  description: '`consumer`, `consumer (KIP-848)`, `share`, `streams`, `connect`, `sr` …; empty: it only has offsets'
})

export const listedGroup = named('ListedGroup', {
  id: z.string(),
  type: groupType,
  state: z.string(),
  members: z.number().nullable().meta({ description: 'null where this console cannot read them' }),
  topics: z.array(z.string()),
  lag: z.number().nullable(),
  partitionsBehind: z.number(),
  problem: z.string().nullable().meta({ description: 'Why this console cannot read it' })
})
export type ListedGroup = z.output<typeof listedGroup>

export const describedGroup = named('Group', {
  id: z.string(),
  type: groupType,
  state: z.string(),
  protocol: z.string(),
  members: z
    .array(z.object({ id: z.string(), client: z.string(), host: z.string(), partitions: z.array(z.string()) }))
    .nullable(),
  partitions: z.array(
    z.object({
      topic: z.string(),
      partition: z.number(),
      committed: z.number().nullable(),
      next: z.number(),
      lag: z.number().nullable(),
      member: z.string().nullable()
    })
  ),
  canReset: z.boolean().meta({ description: 'Only a group without members can be moved' })
})
export type DescribedGroup = z.output<typeof describedGroup>

const connectorPart = z.object({ state: z.string(), worker_id: z.string().optional(), trace: z.string().optional() })

export const shownConnector = named('Connector', {
  name: z.string(),
  class: z.string(),
  verdict: z.object({
    state: z.enum(['ok', 'slow', 'stopped', 'unknown']),
    flow: z.enum(flowStates).meta({ description: "The keeper's word, else what Kafka Connect reports" }),
    words: z.string()
  }),
  connector: connectorPart,
  tasks: z.array(connectorPart.extend({ id: z.number() })),
  topicPrefix: z.string().nullable()
})
export type ShownConnector = z.output<typeof shownConnector>

const change = z.object({ key: z.string(), file: z.string().nullable(), running: z.string().nullable() })

export const detailedConnector = shownConnector
  .extend({
    config: z.array(z.object({ key: z.string(), value: z.string(), hidden: z.boolean() })),
    offsets: z.unknown(),
    diff: z
      .object({ file: z.string(), changes: z.array(change), problem: z.string().nullable() })
      .nullable()
      .meta({ description: 'What the file would change; null where no file is known' })
  })
  .meta({ id: 'ConnectorDetail' })
export type DetailedConnector = z.output<typeof detailedConnector>
