import { recordedPosition } from '../connector/binlog-position.ts'
import type { Environment } from '../settings/secret-references.ts'
import type { ConnectorFile } from '../connector/connector-file.ts'
import { brokersOf } from '../connector/kafka.ts'
import { defaultPolicy, type Policy } from './decide.ts'
import { createDiskWatch } from './fatal-causes.ts'
import type { MysqlAddress } from './heartbeat-writer.ts'
import { type KeeperHttpOptions, startKeeperHttp } from './keeper-http.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { type Probe, probeTarget, startProbe } from './probe.ts'
import { repeat } from './repeat.ts'
import { createWatch, type Watched, type WatchOptions } from './watch.ts'

export type KeeperOptions = Pick<WatchOptions, 'api' | 'redAfterMs' | 'log'> &
  Pick<KeeperHttpOptions, 'host' | 'port' | 'jmxUrls'> & {
    readonly files: readonly ConnectorFile[]
    readonly environment: Environment
    /** The account that writes the heartbeats. */
    readonly mysqlFor: (file: ConnectorFile) => MysqlAddress
    readonly everyMs: number
    readonly diskPaths: readonly string[]
    readonly leastFreeBytes: number
    readonly policy?: Policy
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
  const stops = watches.map(watch =>
    repeat(async () => {
      await disk.look()
      await watch
        .tick()
        .catch(error => options.log.error({ connector: watch.name, reason: String(error) }, 'the action failed'))
      return tickMs
    })
  )
  return {
    watched,
    async stop() {
      const ended = stops.map(stop => stop())
      server.closeAllConnections()
      server.close()
      await Promise.all([...ended, ...kept.map(({ probe }) => probe?.stop())])
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
