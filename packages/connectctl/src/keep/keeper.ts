import type { ConnectionOptions } from 'mysql2/promise'
import { recordedPosition } from '../connector/binlog-position.ts'
import type { ConnectorFile } from '../connector/connector-file.ts'
import { brokersOf } from '../connector/kafka.ts'
import type { Environment } from '../settings/secrets.ts'
import { findFullDisk } from './fatal-causes.ts'
import { type KeeperHttpOptions, startKeeperHttp } from './keeper-http.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { type Probe, probeTarget, startProbe } from './probe.ts'
import { repeat } from './repeat.ts'
import { createWatch, type Watched, type WatchOptions } from './watch.ts'

export type KeeperOptions = Pick<WatchOptions, 'api' | 'redAfterMs' | 'log'> &
  Pick<KeeperHttpOptions, 'host' | 'port' | 'jmxUrls'> & {
    readonly files: readonly ConnectorFile[]
    readonly environment: Environment
    /** MySQL's address, with the account that writes the heartbeats. */
    readonly mysqlFor: (file: ConnectorFile) => ConnectionOptions
    readonly everyMs: number
    readonly diskPaths: readonly string[]
    readonly leastFreeBytes: number
  }

const tickMs = 500

/** Watches connectors until `stop`: checks that events flow, restarts what a restart fixes, and names the cause of the rest. */
export async function startKeeper(options: KeeperOptions) {
  const metrics = createMetrics(watched)
  const server = await startKeeperHttp({ ...options, ...metrics, watched })
  const kept = options.files.map(file => keep(file, metrics, options))
  function watched(): readonly Watched[] {
    return kept.map(one => one.watched())
  }
  return {
    watched,
    async stop(): Promise<void> {
      server.closeAllConnections()
      server.close()
      await Promise.all(kept.map(one => one.stop()))
    }
  }
}

function keep(file: ConnectorFile, metrics: Metrics, options: KeeperOptions) {
  const { environment, diskPaths, leastFreeBytes, log } = options
  const probe = probeFor(file, metrics, options)
  const { tick, watched } = createWatch({
    ...options,
    file,
    probe,
    outsideCause: () => findFullDisk(diskPaths, leastFreeBytes),
    startAt: () => recordedPosition(file.config, environment),
    onAction: action => metrics.actions.inc({ connector: file.name, action })
  })
  const stop = repeat(async () => {
    await tick().catch(error => log.error({ connector: file.name, reason: String(error) }, 'the action failed'))
    return tickMs
  })
  return { watched, stop: () => Promise.all([stop(), probe?.stop()]) }
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
    onArrival: tookMs => metrics.roundTrip.observe({ connector: file.name }, tookMs / 1000)
  })
}
