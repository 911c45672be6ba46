import type { RecordReader } from '../kafka/record-reader.ts'
import type { ConnectRest } from './connect-rest.ts'
import { ConnectRefusal } from './connect-rest.ts'
import type { ConnectorStatus } from './verdict.ts'

export type ConnectorReading = { readonly status: ConnectorStatus | undefined; readonly others: readonly string[] }

/** The pipeline's connector, and the names of the others. */
export function createConnectorReader(connect: ConnectRest, name: string): () => Promise<ConnectorReading> {
  return async () => {
    const all = await connect.get<Record<string, { status: ConnectorStatus }>>('/connectors?expand=status')
    return { status: all[name]?.status, others: Object.keys(all).filter(other => other !== name) }
  }
}

export type BinlogOffset = { readonly file: string; readonly position: number; readonly gtids?: string | undefined }

/** How far Debezium says that it has read, as Connect stored it (a second or so ago). */
export function createOffsetReader(connect: ConnectRest, name: string): () => Promise<BinlogOffset | undefined> {
  type Answer = { offsets: { offset: { file?: string; pos?: number; gtids?: string } | null }[] }
  return async () => {
    try {
      const answer = await connect.get<Answer>(`/connectors/${encodeURIComponent(name)}/offsets`)
      const offset = answer.offsets[0]?.offset
      if (offset?.file === undefined || offset.pos === undefined) return undefined
      return { file: offset.file, position: offset.pos, gtids: offset.gtids }
    } catch (error) {
      if (error instanceof ConnectRefusal) return undefined
      throw error
    }
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
