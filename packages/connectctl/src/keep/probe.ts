import { randomUUID } from 'node:crypto'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import { startHeartbeatReader } from './heartbeat-reader.ts'
import { type MysqlAddress, startHeartbeatWriter } from './heartbeat-writer.ts'

export type Arrival = { readonly sentAt: number; readonly tookMs: number }
export type ProbeOptions = {
  readonly table: string
  readonly topic: string
  readonly address: MysqlAddress
  readonly brokers: readonly string[]
  readonly everyMs: number
  readonly onArrival: (arrival: Arrival) => void
}
/** A heartbeat that goes from MySQL through Debezium to Kafka and back to us. */
export type Probe = {
  mysqlSince(): number | undefined
  mysqlError(): string | undefined
  kafkaSince(): number | undefined
  last(): Arrival | undefined
  stop(): Promise<void>
}

export function startProbe(options: ProbeOptions): Probe {
  const sender = randomUUID()
  let last: Arrival | undefined
  const writer = startHeartbeatWriter({ ...options, sender })
  const reader = startHeartbeatReader({
    ...options,
    sender,
    onArrival(sentAt) {
      if (last !== undefined && sentAt <= last.sentAt) return
      last = { sentAt, tookMs: Date.now() - sentAt }
      options.onArrival(last)
    }
  })
  return {
    mysqlSince: writer.since,
    mysqlError: writer.lastError,
    kafkaSince: reader.since,
    last: () => last,
    async stop() {
      await Promise.all([writer.stop(), reader.stop()])
    }
  }
}

/** The heartbeat table that the connector captures, and the topic it goes to; undefined when it captures none. */
export function probeTarget(config: ConnectorConfig): { readonly table: string; readonly topic: string } | undefined {
  const tables = (config['table.include.list'] ?? '').split(',').map(table => table.trim())
  const table = tables.find(name => name.endsWith('.connect_heartbeat'))
  return table === undefined ? undefined : { table, topic: `${config['topic.prefix']}.${table}` }
}
