import { z } from 'zod'
import { about, flow, series } from '../api/pipeline-schemas.ts'
import type { Config } from '../config.ts'
import type { Figure } from '../figure.ts'
import type { Sampler } from '../flow/sampler.ts'
import type { Hop } from '@outbox-cdc/outbox/hops'
import { chosenHop } from '../chosen-hop.ts'
import type { ActionGuard } from './guard.ts'
import { get, hopName, type Route } from './route.ts'

type Shown = { readonly sampler: Sampler; readonly guard: ActionGuard; readonly figure: Figure | undefined }

export function flowRoutes(config: Config, { sampler, guard: { actionToken }, figure }: Shown): readonly Route[] {
  const actions = config.CONSOLE_ACTIONS === 'on'
  return [
    get('/api/about', 'What this console looks at, and what it may do', {
      answer: about,
      handle: () => ({
        actions,
        actionToken,
        playground: config.PLAYGROUND_URL !== undefined,
        figure: figure === undefined ? null : { title: figure.title, about: figure.about },
        hops: sampler.hops.map(({ hop, names }) => ({
          name: hop.name,
          example: actions ? exampleCommand(hop) : null,
          names
        }))
      })
    }),
    get(
      '/api/flow',
      'The whole picture: each hop with the state, rate and backlog of its parts, and one sentence on top',
      {
        answer: flow,
        handle: () => sampler.flow()
      }
    ),
    get('/api/series', "A hop's figures over the last hour; `lag0` … are the lag of each partition", {
      input: z.object({ hop: hopName }),
      answer: series,
      handle: ({ hop }) => chosenHop(sampler.hops, hop).series.inSteps()
    })
  ]
}

function exampleCommand({ writerUrl: url, example }: Hop): string | null {
  if (url === undefined || example === undefined) return null
  const body = JSON.stringify(example.body).replaceAll("'", String.raw`'\''`)
  return `curl -X POST ${new URL(example.path, url.split(',')[0]).href} -H 'content-type: application/json' -d '${body}'`
}
