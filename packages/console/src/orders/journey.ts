import { z } from 'zod'
import { shownRecord } from '../kafka/show-record.ts'

const fact = z.object({ label: z.string(), value: z.union([z.string(), z.number(), z.null()]) })

const stage = z.object({
  id: z.enum(['committed', 'binlog', 'kafka', 'handled', 'delivered']),
  title: z.string(),
  state: z.enum(['done', 'waiting', 'parked', 'skipped', 'unknown']),
  words: z.string().meta({ description: 'What happened, or what is being waited for' }),
  at: z.number().nullable(),
  sinceCommit: z.number().nullable().meta({ description: 'Milliseconds from the commit to this stage' }),
  facts: z.array(fact)
})
export type Stage = z.output<typeof stage>
export type StageFact = z.output<typeof fact>

export const parkedHere = z.object({
  consumer: z.string(),
  key: z.string(),
  reason: z.string(),
  error: z.string().nullable(),
  attempts: z.number(),
  parkedAt: z.number(),
  behind: z.number().meta({ description: 'Events of the same key that wait behind it' }),
  retryAskedAt: z.number().nullable()
})
export type ParkedHere = z.output<typeof parkedHere>

export const journey = z
  .object({
    id: z.number(),
    at: z.number(),
    found: z.boolean(),
    finished: z.boolean().meta({ description: 'Delivered, or settled otherwise: nothing more will change by itself' }),
    traceId: z.string().nullable(),
    correlationId: z.string().nullable(),
    stages: z.array(stage),
    record: shownRecord.nullable(),
    parked: parkedHere.nullable()
  })
  .meta({ id: 'Journey' })
export type Journey = z.output<typeof journey>
