import { z } from 'zod'
import { about, flow, series } from '../api/pipeline-schemas.ts'
import type { Config } from '../config.ts'
import { namesFrom } from '../flow/readings.ts'
import type { Sampler } from '../flow/sampler.ts'
import type { ActionGuard } from './guard.ts'
import { get, type Route, whole } from './route.ts'

export function flowRoutes(config: Config, sampler: Sampler, { actionToken }: ActionGuard): readonly Route[] {
  const actions = config.CONSOLE_ACTIONS === 'on'
  return [
    get('/api/about', 'What this console looks at, and what it may do', {
      answer: about,
      handle: () => ({
        actions,
        actionToken,
        canPlaceOrders: actions && config.WRITER_URL !== undefined,
        names: { ...namesFrom(config), orderServiceUrl: config.WRITER_URL ?? '' }
      })
    }),
    get('/api/flow', 'The whole picture: every hop, its state, rate and backlog, and one sentence on top', {
      answer: flow,
      handle: () => sampler.flow()
    }),
    get('/api/series', 'Figures over the last hour; `lag0` … are the lag of each partition', {
      query: z.object({
        minutes: whole(1, 60).default(60).meta({ description: 'How far back' }),
        stepMs: whole(1, 600_000).default(5_000).meta({ description: 'Points are merged into steps of this length' }),
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
