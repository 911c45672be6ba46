import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectApi } from '../connect/connect-api.ts'
import { recordedPosition } from '../connector/binlog-position.ts'
import type { ConnectorFile, Environment } from '../connector/connector-file.ts'
import { brokersOf } from '../connector/kafka.ts'
import { defaultPolicy, type Policy } from './decide.ts'
import { createDiskWatch } from './fatal-causes.ts'
import type { MysqlAddress } from './heartbeat-writer.ts'
import { startKeeperHttp } from './keeper-http.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { type Probe, probeTarget, startProbe } from './probe.ts'
import { createWatch, type KeeperLog, type Watched } from './watch.ts'

export type KeeperOptions = {
  readonly api: ConnectApi
  readonly files: readonly ConnectorFile[]
  readonly environment: Environment
  /** The account that writes the heartbeats. */
  readonly mysqlFor: (file: ConnectorFile) => MysqlAddress
  readonly host: string
  readonly port: number
  readonly everyMs: number
  readonly redAfterMs: number
  readonly jmxUrls: readonly string[]
  readonly diskPaths: readonly string[]
  readonly leastFreeBytes: number
  readonly policy?: Policy
  readonly log: KeeperLog
}
export type Keeper = { watched(): readonly Watched[]; stop(): Promise<void> }

const tickMs = 500

/** Watches connectors until `stop`: checks that events flow, restarts what a restart fixes, and names the cause of the rest. */
export async function startKeeper(options: KeeperOptions): Promise<Keeper> {
  const disk = createDiskWatch(options.diskPaths, options.leastFreeBytes)
  const metrics = createMetrics(watched)
  const kept = options.files.map(file => ({ file, probe: probeFor(file, metrics, options) }))
  const watches = kept.map(({ file, probe }) =>
    createWatch({
      ...options,
      file,
      probe,
      policy: options.policy ?? defaultPolicy,
      outsideCause: disk.found,
      startAt: () => recordedPosition(file.config, options.environment),
      onAction: action => metrics.acted(file.name, action)
    })
  )
  function watched(): readonly Watched[] {
    return watches.map(watch => watch.watched())
  }

  const server = await startKeeperHttp({ ...options, metrics, watched })
  const stopping = new AbortController()
  const keep = async (watch: (typeof watches)[number]) => {
    while (!stopping.signal.aborted) {
      await disk.look()
      await watch
        .tick()
        .catch(error => options.log.error({ connector: watch.name, reason: String(error) }, 'the action failed'))
      await sleep(tickMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }
  const ended = Promise.all(watches.map(keep))
  return {
    watched,
    async stop() {
      stopping.abort()
      server.closeAllConnections()
      server.close()
      await Promise.all([ended, ...kept.map(({ probe }) => probe?.stop())])
    }
  }
}

function probeFor(file: ConnectorFile, metrics: Metrics, options: KeeperOptions): Probe | undefined {
  const target = probeTarget(file.config)
  if (target === undefined) {
    const why = 'it captures no table connect_heartbeat, so the keeper sees its states but not whether events flow'
    options.log.warn({ connector: file.name }, why)
    return undefined
  }
  return startProbe({
    ...target,
    address: options.mysqlFor(file),
    brokers: brokersOf(file.config, options.environment),
    everyMs: options.everyMs,
    onArrival: ({ tookMs }) => metrics.arrived(file.name, tookMs)
  })
}
