import { join } from 'node:path'
import {
  type ConnectApi,
  type ConnectorConfig,
  type ConnectorStatus,
  createConnectApi,
  readConnectorFile,
  waitUntilRunning
} from '@outbox-cdc/connectctl'
import { setTimeout as sleep } from 'node:timers/promises'
import { runNode } from '@outbox-cdc/pipeline'
import { root } from '@outbox-cdc/pipeline'
import type { Lab } from './lab.ts'

const name = 'orders-connector'
const path = `/connectors/${name}`

export type Tuning = (config: ConnectorConfig) => ConnectorConfig

/** The real connector, from connect-config by connectctl, and what a variant changes of it. */
export type Connector = {
  readonly api: ConnectApi
  readonly config: ConnectorConfig
  /** Gives it other settings and waits until it runs with them. */
  configure(tuning: Tuning): Promise<void>
  /** No task, but its offsets stay. */
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
  const running = () => waitUntilRunning(api, name, { settleMs: 500 })

  async function waitForState(state: string): Promise<void> {
    for (let tries = 0; tries < 300; tries++) {
      const status = await api.request<ConnectorStatus>('GET', `${path}/status`)
      if (status.connector.state === state && status.tasks.length === 0) return
      await sleep(100)
    }
    throw new Error(`${name} did not become ${state} within 30 s`)
  }
  const stop = async () => {
    await api.request('PUT', `${path}/stop`)
    await waitForState('STOPPED')
  }
  const resume = async () => {
    await api.request('PUT', `${path}/resume`)
    await running()
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

/** `config` without some keys: Debezium's and Connect's defaults hold for them. */
export function without(config: ConnectorConfig, keys: readonly string[]): ConnectorConfig {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !keys.some(each => key.startsWith(each))))
}

/** What tutorials leave as it is: everything that is about speed. */
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

/** JSON as its bare content. */
export const withoutSchema: Tuning = config => ({
  ...config,
  'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'key.converter.schemas.enable': 'false',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': 'false'
})
