import type { RecordReader } from '../kafka/record-reader.ts'
import type { ConnectRest } from './connect-rest.ts'
import type { ConnectorStatus } from './verdict.ts'

export type ConnectorReading = { readonly status: ConnectorStatus | undefined; readonly others: readonly string[] }

/** The pipeline's connector, and the names of the others. */
export function createConnectorReader(connect: ConnectRest, name: string): () => Promise<ConnectorReading> {
  return async () => {
    const all = await connect.get<Record<string, { status: ConnectorStatus }>>('/connectors?expand=status')
    return { status: all[name]?.status, others: Object.keys(all).filter(other => other !== name) }
  }
}

/** The time of the connector's youngest sign of life among these topics. */
export function createHeartbeatReader(
  reader: RecordReader,
  topics: readonly string[]
): () => Promise<number | undefined> {
  return async () => {
    const times = await Promise.all(topics.map(topic => reader.youngest(topic).catch(() => undefined)))
    const newest = Math.max(0, ...times.filter(time => time !== undefined))
    return newest > 0 ? newest : undefined
  }
}
