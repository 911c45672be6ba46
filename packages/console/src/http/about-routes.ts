import { z } from 'zod'
import type { Config } from '../config.ts'
import { namesFrom } from '../names.ts'
import type { ActionGuard } from './guard.ts'
import { type Route, route } from './route.ts'

const about = z
  .object({
    actions: z.boolean().meta({ description: 'Whether the page may change something' }),
    actionToken: z.string().meta({ description: 'For the header X-Console-Action of each POST' }),
    canPlaceOrders: z.boolean(),
    names: z.record(z.string(), z.string())
  })
  .meta({ id: 'About' })
export type About = z.output<typeof about>

export function aboutRoutes(config: Config, guard: ActionGuard): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/api/about',
      summary: 'What this console looks at, and what it may do',
      answer: about,
      handle: () => ({
        actions: config.CONSOLE_ACTIONS === 'on',
        actionToken: guard.actionToken,
        canPlaceOrders: config.CONSOLE_ACTIONS === 'on' && config.WRITER_URL !== undefined,
        names: { ...namesFrom(config), orderServiceUrl: config.WRITER_URL ?? '' }
      })
    })
  ]
}
