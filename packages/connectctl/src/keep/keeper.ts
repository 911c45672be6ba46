import { knowsGtids, recordedPosition } from '../connector/binlog-position.ts'
import type { ConnectorFile } from '../connector/connector-file.ts'
import { findFullDisk } from './fatal-causes.ts'
import { type KeeperHttpOptions, startKeeperHttp } from './keeper-http.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { type ProbeOptions, startProbe } from './probe.ts'
import { repeat } from './repeat.ts'
import { createWatch, type Watched, type WatchOptions } from './watch.ts'

export type KeeperOptions = Pick<WatchOptions, 'api' | 'redAfterMs' | 'log'> &
  Pick<KeeperHttpOptions, 'host' | 'port' | 'jmxUrls'> &
  ProbeOptions & {
    readonly files: readonly ConnectorFile[]
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
  const connector = file.name
  const probe = startProbe(file, options, tookMs => metrics.roundTrip.observe({ connector }, tookMs / 1000))
  if (probe === undefined) {
    const why = 'it captures no table connect_heartbeat, so the keeper sees its states but not whether events flow'
    log.warn({ connector }, why)
  }
  const { tick, watched } = createWatch({
    ...options,
    file,
    probe,
    outsideCause: () => findFullDisk(diskPaths, leastFreeBytes),
    knowsGtids: gtids => knowsGtids(gtids, file.config, environment),
    startAt: () => recordedPosition(file.config, environment),
    onAction: action => metrics.actions.inc({ connector, action })
  })
  const stop = repeat(async () => {
    await tick().catch(error => log.error({ connector, reason: String(error) }, 'the action failed'))
    return tickMs
  })
  return { watched, stop: () => Promise.all([stop(), probe?.stop()]) }
}
