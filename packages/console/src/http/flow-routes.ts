import { about, flow, series } from '../api/pipeline-schemas.ts'
import type { Config } from '../config.ts'
import { namesFrom } from '../flow/readings.ts'
import type { Sampler } from '../flow/sampler.ts'
import type { ActionGuard } from './guard.ts'
import { get, type Route } from './route.ts'

export function flowRoutes(config: Config, sampler: Sampler, { actionToken }: ActionGuard): readonly Route[] {
  const actions = config.CONSOLE_ACTIONS === 'on'
  return [
    get('/api/about', 'What this console looks at, and what it may do', {
      answer: about,
      handle: () => ({
        actions,
        actionToken,
        playground: config.PLAYGROUND_URL !== undefined,
        example: actions ? exampleCommand(config) : null,
        names: namesFrom(config)
      })
    }),
    get('/api/flow', 'The whole picture: every hop, its state, rate and backlog, and one sentence on top', {
      answer: flow,
      handle: () => sampler.flow()
    }),
    get('/api/series', 'Figures over the last hour; `lag0` … are the lag of each partition', {
      answer: series,
      handle: () => sampler.series.inSteps()
    })
  ]
}

function exampleCommand({ WRITER_URL: url, WRITER_EXAMPLE: example }: Config): string | null {
  if (url === undefined || example === undefined) return null
  const body = JSON.stringify(example.body).replaceAll("'", String.raw`'\''`)
  return `curl -X POST ${new URL(example.path, url).href} -H 'content-type: application/json' -d '${body}'`
}
