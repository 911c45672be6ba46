import { randomUUID } from 'node:crypto'
import type { ConnectionOptions } from 'mysql2/promise'
import type { ConnectorFile } from '../connector/connector-file.ts'
import { brokersOf } from '../connector/kafka.ts'
import { heartbeatTable } from '../settings/captured-tables.ts'
import type { Environment } from '../settings/secrets.ts'
import { startHeartbeatReader } from './heartbeat-reader.ts'
import { startHeartbeatWriter } from './heartbeat-writer.ts'

export type ProbeOptions = {
  readonly environment: Environment
  /** MySQL's address, with the account that writes the heartbeats. */
  readonly mysqlFor: (file: ConnectorFile) => ConnectionOptions
  readonly everyMs: number
}
export type Probe = NonNullable<ReturnType<typeof startProbe>>

/** A heartbeat that goes from MySQL through Debezium to Kafka and back to us; undefined when its table isn't captured. */
export function startProbe(file: ConnectorFile, options: ProbeOptions, onArrival: (tookMs: number) => void) {
  const { config } = file
  const table = heartbeatTable(config)
  if (table === undefined) return undefined
  const sender = randomUUID()
  const topic = `${config['topic.prefix']}.${table}`
  const writer = startHeartbeatWriter({ table, sender, address: options.mysqlFor(file), everyMs: options.everyMs })
  const reader = startHeartbeatReader({ topic, sender, brokers: brokersOf(config, options.environment), onArrival })
  return {
    mysqlSince: writer.since,
    /** Why no beat can be written or read. */
    obstacle: () => writer.obstacle() ?? reader.obstacle(),
    kafkaObstacle: reader.obstacle,
    kafkaSince: reader.since,
    last: reader.last,
    stop: () => Promise.all([writer.stop(), reader.stop()])
  }
}
