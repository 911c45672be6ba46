import { z } from 'zod'
import { flow } from '../flow/flow.ts'
import type { Sampler } from '../flow/sampler.ts'
import { type Route, route } from './route.ts'

const series = z
  .object({
    stepMs: z.number(),
    at: z.array(z.number()),
    figures: z.record(z.string(), z.array(z.number().nullable())).meta({
      description: 'orders, published, delivered (a second); p50, p95, p99 (ms); waitingMysql, waitingKafka, lagN'
    })
  })
  .meta({ id: 'Series' })
export type Series = z.output<typeof series>

const whole = (fallback: number, most: number) => z.coerce.number().int().min(1).max(most).default(fallback)

export function flowRoutes(sampler: Sampler): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/api/flow',
      summary: 'The whole picture: every hop, its state, rate and what waits, and one sentence on top',
      answer: flow,
      handle: () => sampler.flow()
    }),
    route({
      method: 'get',
      path: '/api/series',
      summary: 'Figures over the last hour; `lag0` … are the lag of each partition',
      query: z.object({
        minutes: whole(60, 60).meta({ description: 'How far back' }),
        stepMs: whole(5_000, 600_000).meta({ description: 'Points are merged into steps of this length' }),
        since: z.coerce.number().default(0).meta({ description: 'Only points after this time' })
      }),
      answer: series,
      handle({ query: { minutes, stepMs, since } }) {
        const from = Math.max(since, Date.now() - minutes * 60_000)
        const most = (name: string) => !['orders', 'published', 'delivered'].includes(name)
        return { stepMs, ...sampler.series.since(from, { stepMs, most }) }
      }
    })
  ]
}
