import { randomUUID } from 'node:crypto'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import { type HeartbeatReaderOptions, startHeartbeatReader } from './heartbeat-reader.ts'
import { type HeartbeatWriterOptions, startHeartbeatWriter } from './heartbeat-writer.ts'

type Arrival = { readonly sentAt: number; readonly tookMs: number }
export type ProbeOptions = Omit<HeartbeatWriterOptions & HeartbeatReaderOptions, 'sender' | 'onArrival'> & {
  readonly onArrival: (arrival: Arrival) => void
}
export type Probe = ReturnType<typeof startProbe>

/** A heartbeat that goes from MySQL through Debezium to Kafka and back to us. */
export function startProbe(options: ProbeOptions) {
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
    stop: () => Promise.all([writer.stop(), reader.stop()])
  }
}

/** The heartbeat table that the connector captures, and the topic it goes to; undefined when it captures none. */
export function probeTarget(config: ConnectorConfig): { readonly table: string; readonly topic: string } | undefined {
  const tables = (config['table.include.list'] ?? '').split(',').map(table => table.trim())
  const table = tables.find(name => name.endsWith('.connect_heartbeat'))
  return table === undefined ? undefined : { table, topic: `${config['topic.prefix']}.${table}` }
}
