import { z } from 'zod'
import { named } from './kafka-schemas.ts'

const faultNames = z.enum(['stop', 'kill', 'freeze', 'cut', 'duplicate', 'replay'])

const target = named('Target', {
  name: z.string(),
  kind: z.enum(['service', 'tool', 'engine', 'link', 'topic', 'group']),
  about: z.string(),
  faults: z.array(
    z.object({
      fault: faultNames,
      counts: z.enum(['seconds', 'records']).nullable().meta({ description: 'null where it takes what it takes' }),
      least: z.number().nullable(),
      most: z.number().nullable()
    })
  )
})
export type Target = z.output<typeof target>

export const oneFault = named('Fault', {
  id: z.number(),
  fault: faultNames,
  target: z.string(),
  kind: target.shape.kind,
  state: z.enum(['active', 'ending', 'over', 'failed']).meta({
    description: '`active` until endsAt, then `ending` until the target works again'
  }),
  begunAt: z.number(),
  endsAt: z.number().nullable().meta({ description: 'null where it ends as soon as its work is done' }),
  overAt: z.number().nullable(),
  words: z.string().meta({ description: 'What was done, or what went wrong' })
})
export type Fault = z.output<typeof oneFault>

const invariant = named('Invariant', {
  name: z.string(),
  state: z.enum(['holds', 'settling', 'violated', 'unknown']),
  checked: z.number().meta({ description: 'How many rows the last check looked at' }),
  settling: z.number(),
  violations: z.array(z.string()),
  at: z.number().nullable().meta({ description: 'When it was last checked; null if never' }),
  lastViolation: z.object({ at: z.number(), text: z.string() }).nullable()
})
export type Invariant = z.output<typeof invariant>

/** What the oracle of a system answers. */
export const invariants = named('Invariants', {
  items: z.array(invariant),
  checks: z.number().meta({ description: 'How many checks could read everything' }),
  problem: z.string().nullable().meta({ description: 'Why the last check failed' })
})

export const targetList = z.object({ targets: z.array(target) })
export const faultList = z.object({ running: z.array(oneFault), over: z.array(oneFault) })

export const playground = named('Playground', {
  ...targetList.shape,
  ...faultList.shape,
  at: z.number(),
  invariants: invariants.nullable().meta({ description: 'null where the system has no oracle' })
})
export type Playground = z.output<typeof playground>

export const order = z.object({
  fault: faultNames,
  target: z.string().min(1).max(300),
  seconds: z.int().min(1).max(120).optional(),
  records: z.int().min(1).max(1_000).optional()
})
