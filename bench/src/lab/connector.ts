import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type ConnectApi,
  type ConnectorConfig,
  type ConnectorStatus,
  createConnectApi,
  readConnectorFile,
  waitUntilRunning
} from '@outbox-cdc/connectctl'
import { root, runNode } from '@outbox-cdc/pipeline'
import type { Lab } from './lab.ts'

const name = 'orders-connector'
const path = `/connectors/${name}`

/** Changes the settings of the connector. */
export type Tuning = (config: ConnectorConfig) => ConnectorConfig

/** The connector of connect-config, registered by connectctl. */
export type Connector = {
  readonly api: ConnectApi
  readonly config: ConnectorConfig
  /** Restarts it with changed settings and waits until it runs. */
  configure(tuning: Tuning): Promise<void>
  /** Ends its task and keeps its offsets. */
  stop(): Promise<void>
  resume(): Promise<void>
  offsets(): Promise<object>
  setOffsets(offsets: object): Promise<void>
}

export async function createConnector(lab: Lab): Promise<Connector> {
  const { addresses } = lab
  await runNode('scripts/register-connector.ts', addresses)
  const api = createConnectApi({ url: lab.stack.connect.urls.join(',') })
  const { config } = await readConnectorFile(join(root, `connect-config/${name}.json`), addresses)
  const stop = async () => {
    await api.request('PUT', `${path}/stop`)
    await waitUntilStopped(api, name)
  }
  const resume = async () => {
    await api.request('PUT', `${path}/resume`)
    await waitUntilRunning(api, name, { settleMs: 500 })
  }
  return {
    api,
    config,
    async configure(tuning) {
      await stop()
      await api.request('PUT', `${path}/config`, { body: tuning(config) })
      await resume()
    },
    stop,
    resume,
    offsets: () => api.request('GET', `${path}/offsets`),
    setOffsets: offsets => api.request('PATCH', `${path}/offsets`, { body: offsets })
  }
}

export async function waitUntilStopped(api: ConnectApi, connectorName: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const { connector, tasks } = await api.request<ConnectorStatus>('GET', `/connectors/${connectorName}/status`)
    if (connector.state === 'STOPPED' && tasks.length === 0) return
    await sleep(100)
  }
  throw new Error(`${connectorName} did not stop within 30 s`)
}

/** `config` without the keys that start with one of `prefixes`: their defaults hold. */
export function without(config: ConnectorConfig, prefixes: readonly string[]): ConnectorConfig {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !prefixes.some(each => key.startsWith(each))))
}

/** Every setting about speed at Debezium's and Connect's default, as tutorials leave it. */
export const debeziumDefaults: Tuning = config =>
  without(config, [
    'max.batch.size',
    'max.queue.size',
    'poll.interval.ms',
    'producer.override',
    'connect.keep.alive',
    'connect.timeout',
    'heartbeat.interval'
  ])

export const withoutSchema: Tuning = config => ({
  ...config,
  'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'key.converter.schemas.enable': 'false',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': 'false'
})

/** Adds databases with an outbox each, numbered from `from` + 1 to `to`, and a connector for each. */
export async function addTenants(lab: Lab, connector: Connector, { from, to }: { from: number; to: number }) {
  const numbers = Array.from({ length: to - from }, (_, index) => from + 1 + index)
  for (const number of numbers) {
    const tenant = `tenant_${number}`
    await lab.db.query(
      `CREATE DATABASE IF NOT EXISTS ${tenant}; CREATE TABLE IF NOT EXISTS ${tenant}.outbox LIKE orders.outbox;
       GRANT SELECT ON ${tenant}.* TO debezium@'%'`
    )
    const renamed = Object.entries(connector.config).map(([key, value]) => [
      key,
      value.replaceAll('orders.outbox', `${tenant}.outbox`)
    ])
    const config = {
      ...Object.fromEntries(renamed),
      'database.server.id': String(1_000 + number),
      'topic.prefix': tenant,
      'database.include.list': tenant,
      'table.include.list': `${tenant}.outbox`,
      'schema.history.internal.kafka.topic': `schema_changes.${tenant}`,
      'snapshot.mode': 'no_data'
    }
    await connector.api.request('PUT', `/connectors/${tenant}/config`, { body: config })
  }
  for (const number of numbers) await waitUntilRunning(connector.api, `tenant_${number}`, { settleMs: 0 })
}

export async function removeTenants(connector: Connector, to: number): Promise<void> {
  for (let number = 2; number <= to; number++)
    await connector.api.request('DELETE', `/connectors/tenant_${number}`, { orMissing: true })
}
