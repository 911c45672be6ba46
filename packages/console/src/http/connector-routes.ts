import { ConnectctlError, joinVerdicts, readKeeper } from '@outbox-cdc/connectctl'
import { notFound, Problem } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { detailedConnector, shownConnector } from '../api/kafka-schemas.ts'
import type { Config } from '../config.ts'
import type { ConnectCluster } from '../connect/connect-cluster.ts'
import { diffWithFile, maskedConfig, showConnector } from '../connect/show-connector.ts'
import { configured } from './problems.ts'
import { done, get, post, type Route } from './route.ts'

const params = z.object({ connector: z.string().min(1).max(249) })

export function connectorRoutes(config: Config, connect: ConnectCluster | undefined): readonly Route[] {
  /** All connectors with their verdicts, the worst first. */
  async function list() {
    const [connectors, kept] = await Promise.all([
      askConnect(() => configured(connect, 'CONNECT_URL').list()),
      config.KEEPER_URL === undefined ? undefined : readKeeper(config.KEEPER_URL)
    ])
    return joinVerdicts(connectors, kept).flatMap(verdict => {
      const found = connectors.find(({ status }) => status.name === verdict.name)
      return found === undefined ? [] : [{ found, shown: showConnector(found, verdict) }]
    })
  }

  const action = (path: string, summary: string, send: (cluster: ConnectCluster, path: string) => Promise<void>) =>
    post(`/api/connectors/{connector}/${path}`, summary, {
      params,
      answer: done,
      async handle({ params: { connector } }) {
        const cluster = configured(connect, 'CONNECT_URL')
        await askConnect(() => send(cluster, `/connectors/${encodeURIComponent(connector)}`))
        return { done: true as const }
      }
    })

  return [
    get('/api/connectors', 'All connectors with one verdict each, the worst first', {
      answer: z.object({ items: z.array(shownConnector) }),
      handle: async () => ({ items: (await list()).map(({ shown }) => shown) })
    }),
    get(
      '/api/connectors/{connector}',
      'One connector: tasks, traces, settings without secrets, offsets, and what its file would change',
      {
        params,
        answer: detailedConnector,
        async handle({ params: { connector } }) {
          const one = (await list()).find(({ shown }) => shown.name === connector)
          if (one === undefined) throw notFound(`There is no connector ${connector}`)
          const path = `/connectors/${encodeURIComponent(connector)}/offsets`
          const offsets = await connect?.get<unknown>(path).catch(() => null)
          const file = connector === config.CONNECTOR_NAME ? config.CONNECTOR_FILE : undefined
          const running = one.found.info.config
          const diff = file === undefined ? null : await diffWithFile(file, running)
          return { ...one.shown, config: maskedConfig(running), offsets, diff }
        }
      }
    ),
    action('restart', 'Restart what failed: the connector and its failed tasks', (cluster, path) =>
      cluster.send('POST', `${path}/restart?includeTasks=true&onlyFailed=true`)
    ),
    action('pause', 'pause the connector', (cluster, path) => cluster.send('PUT', `${path}/pause`)),
    action('resume', 'resume the connector', (cluster, path) => cluster.send('PUT', `${path}/resume`))
  ]
}

async function askConnect<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question()
  } catch (error) {
    if (!(error instanceof ConnectctlError)) throw error
    const status = error.code === 'NOT_FOUND' ? 404 : error.code === 'CONNECT_REFUSED' ? 409 : 503
    const detail = error.message
    throw new Problem(status, { type: 'connect', title: 'Kafka Connect refused or is away', detail }, { cause: error })
  }
}
