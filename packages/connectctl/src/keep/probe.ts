import { randomUUID } from 'node:crypto'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import { type HeartbeatReaderOptions, startHeartbeatReader } from './heartbeat-reader.ts'
import { type HeartbeatWriterOptions, startHeartbeatWriter } from './heartbeat-writer.ts'

export type Probe = ReturnType<typeof startProbe>

/** A heartbeat that goes from MySQL through Debezium to Kafka and back to us. */
export function startProbe(options: Omit<HeartbeatWriterOptions & HeartbeatReaderOptions, 'sender'>) {
  const sender = randomUUID()
  const writer = startHeartbeatWriter({ ...options, sender })
  const reader = startHeartbeatReader({ ...options, sender })
  return {
    mysqlSince: writer.since,
    mysqlError: writer.lastError,
    kafkaSince: reader.since,
    last: reader.last,
    stop: () => Promise.all([writer.stop(), reader.stop()])
  }
}

/** The heartbeat table that the connector captures, and the topic it goes to; undefined when it captures none. */
export function probeTarget(config: ConnectorConfig): { readonly table: string; readonly topic: string } | undefined {
  const tables = (config['table.include.list'] ?? '').split(',').map(table => table.trim())
  const table = tables.find(name => name.endsWith('.connect_heartbeat'))
  return table === undefined ? undefined : { table, topic: `${config['topic.prefix']}.${table}` }
}
