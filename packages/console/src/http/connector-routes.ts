import { notFound, Problem } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import type { Config } from '../config.ts'
import { ConnectRefusal, type ConnectRest } from '../connect/connect-rest.ts'
import {
  detailedConnector,
  diffWithFile,
  type Expanded,
  maskedConfig,
  showConnector,
  shownConnector
} from '../connect/show-connector.ts'
import { missing } from './missing.ts'
import { type Route, route } from './route.ts'

const connectorName = z.object({ connector: z.string().min(1).max(249) })
const worstFirst = ['stopped', 'slow', 'ok']

export function connectorRoutes(config: Config, connect: ConnectRest): readonly Route[] {
  const all = () =>
    askConnect(config.CONNECT_URL, () => connect.get<Record<string, Expanded>>('/connectors?expand=status&expand=info'))
  return [
    route({
      method: 'get',
      path: '/api/connectors',
      summary: 'All connectors with one verdict each, the worst first',
      answer: z.object({ items: z.array(shownConnector) }),
      async handle() {
        const items = Object.values(await all()).map(showConnector)
        const rank = ({ verdict }: (typeof items)[number]) => worstFirst.indexOf(verdict.state)
        return { items: items.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name)) }
      }
    }),
    route({
      method: 'get',
      path: '/api/connectors/{connector}',
      summary: 'One connector: tasks, traces, settings without secrets, offsets, and what its file would change',
      params: connectorName,
      answer: detailedConnector,
      async handle({ params: { connector } }) {
        const found = (await all())[connector]
        if (found === undefined) throw notFound(`There is no connector ${connector}`)
        const offsets = await connect
          .get<unknown>(`/connectors/${encodeURIComponent(connector)}/offsets`)
          .catch(() => null)
        const file = connector === config.CONNECTOR_NAME ? config.CONNECTOR_FILE : undefined
        return {
          ...showConnector(found),
          config: maskedConfig(found.info.config),
          offsets,
          diff: file === undefined ? null : await diffWithFile(file, found.info.config)
        }
      }
    }),
    ...(['restart', 'pause', 'resume'] as const).map(action =>
      route({
        method: 'post',
        path: `/api/connectors/{connector}/${action}`,
        summary:
          action === 'restart' ? 'Restart what failed: the connector and its failed tasks' : `${action} the connector`,
        params: connectorName,
        answer: z.object({ done: z.literal(true) }),
        async handle({ params: { connector } }) {
          const path = `/connectors/${encodeURIComponent(connector)}`
          await askConnect(config.CONNECT_URL, () =>
            action === 'restart'
              ? connect.send('POST', `${path}/restart?includeTasks=true&onlyFailed=true`)
              : connect.send('PUT', `${path}/${action}`)
          )
          return { done: true as const }
        }
      })
    )
  ]
}

async function askConnect<T>(urls: readonly string[], question: () => Promise<T>): Promise<T> {
  if (urls.length === 0) throw missing('CONNECT_URL')
  try {
    return await question()
  } catch (error) {
    const detail = `Kafka Connect: ${error instanceof Error ? error.message : 'no answer'}`
    const status = error instanceof ConnectRefusal && error.status < 500 ? error.status : 503
    throw new Problem(status, { type: 'connect', title: 'Kafka Connect refused or is away', detail }, { cause: error })
  }
}
