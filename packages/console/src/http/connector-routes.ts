import { readdir } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { joinVerdicts, listConnectors, readKeeper } from '@outbox-cdc/connectctl'
import { notFound } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { detailedConnector, shownConnector } from '../api/kafka-schemas.ts'
import type { Config } from '../config.ts'
import { diffWithFile, maskedConfig, showConnector } from '../connect/show-connector.ts'
import type { Sources } from '../sources.ts'
import { configured } from './problems.ts'
import { done, get, post, type Route } from './route.ts'

type Action = readonly [name: string, summary: string, method: 'POST' | 'PUT', call?: string]
const actions: readonly Action[] = [
  ['restart', 'Restart what failed', 'POST', 'restart?includeTasks=true&onlyFailed=true'],
  ['pause', 'Pause the connector', 'PUT'],
  ['resume', 'Resume the connector', 'PUT']
]

const input = z.object({ connector: z.string().min(1).max(249) })

export function connectorRoutes(config: Config, connect: Sources['connect']): readonly Route[] {
  /** All connectors with their verdicts, the worst first. */
  async function list() {
    const [connectors, kept] = await Promise.all([
      listConnectors(configured(connect, 'CONNECT_URL').reading),
      config.KEEPER_URL === undefined ? undefined : readKeeper(config.KEEPER_URL)
    ])
    return joinVerdicts(connectors, kept).flatMap(verdict => {
      const found = connectors.find(({ status }) => status.name === verdict.name)
      return found === undefined ? [] : [{ found, shown: showConnector(found, verdict) }]
    })
  }

  return [
    get('/api/connectors', 'All connectors with one verdict each, the worst first', {
      answer: z.object({ items: z.array(shownConnector) }),
      handle: async () => ({ items: (await list()).map(({ shown }) => shown) })
    }),
    get('/api/connectors/{connector}', 'One connector: tasks, traces, settings, offsets, what its file would change', {
      input,
      answer: detailedConnector,
      async handle({ connector }) {
        const one = (await list()).find(({ shown }) => shown.name === connector)
        if (one === undefined) throw notFound(`There is no connector ${connector}`)
        const offsets = await connect?.reading.request('GET', pathOf(connector, 'offsets')).catch(() => null)
        const file = await fileOf(connector, config.CONNECT_DIR)
        const running = one.found.info.config
        const diff = file === undefined ? null : await diffWithFile(file, running)
        return { ...one.shown, config: maskedConfig(running), offsets, diff }
      }
    }),
    ...actions.map(([name, summary, method, call = name]) =>
      post(`/api/connectors/{connector}/${name}`, summary, {
        input,
        answer: done,
        async handle({ connector }) {
          await configured(connect, 'CONNECT_URL').acting.request(method, pathOf(connector, call))
          return { done: true as const }
        }
      })
    )
  ]
}

/** The file that the connector is named after, where there is one. */
async function fileOf(connector: string, dir: string | undefined): Promise<string | undefined> {
  const files = dir === undefined ? [] : await readdir(dir).catch(() => [])
  const file = files.find(one => parse(one).name === connector)
  return file === undefined || dir === undefined ? undefined : join(dir, file)
}

function pathOf(connector: string, part: string): string {
  return `/connectors/${encodeURIComponent(connector)}/${part}`
}
