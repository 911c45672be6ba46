import { randomUUID } from 'node:crypto'
import { ConnectctlError } from '../connect/errors.ts'
import type { ConnectorFile } from '../connector/connector-file.ts'
import { kafkaOf } from '../kafka/kafka.ts'
import { heartbeatTable } from '../settings/captured-tables.ts'
import type { Environment } from '../settings/secrets.ts'
import type { ProbeAccount, Source } from '../source/source.ts'
import { startHeartbeatReader } from './heartbeat-reader.ts'
import { startHeartbeatWriter } from './heartbeat-writer.ts'

export type ProbeOptions = {
  readonly environment: Environment
  /** The account that writes the heartbeats; at the connector's own host and port, unless it names others. */
  readonly accountFor: (file: ConnectorFile) => ProbeAccount
  readonly everyMs: number
}
export type Probe = NonNullable<ReturnType<typeof startProbe>>
type Probing = ProbeOptions & { readonly source: Source; readonly onArrival: (tookMs: number) => void }

/** A heartbeat that goes from the database through Debezium to Kafka and back to us; undefined when its table isn't captured. */
export function startProbe(file: ConnectorFile, { source, environment, accountFor, everyMs, onArrival }: Probing) {
  const { config } = file
  const table = heartbeatTable(config)
  if (table === undefined) return undefined
  const sender = randomUUID()
  const topic = `${config['topic.prefix']}.${table}`
  const kafka = kafkaOf(config, environment)
  if (kafka.brokers.length === 0)
    throw new ConnectctlError('VARIABLE_MISSING', `The keeper of ${file.name} needs KAFKA_BROKERS to read its probes`)
  const account = accountFor(file)
  const open = () => source.openHeart(account, table)
  const writer = startHeartbeatWriter({ engine: source.engine, open, sender, everyMs })
  const reader = startHeartbeatReader({ topic, sender, kafka, onArrival })
  return {
    sourceSince: writer.since,
    /** Why no beat can be written or read. */
    obstacle: () => writer.obstacle() ?? reader.obstacle(),
    kafkaObstacle: reader.obstacle,
    kafkaSince: reader.since,
    last: reader.last,
    stop: () => Promise.all([writer.stop(), reader.stop()])
  }
}
