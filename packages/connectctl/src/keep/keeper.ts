import type { ConnectorFile } from '../connector/connector-file.ts'
import { sourceOf } from '../connector/source-of.ts'
import { findFullDisk } from './fatal-causes.ts'
import { type KeeperHttpOptions, startKeeperHttp } from './keeper-http.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { type ProbeOptions, startProbe } from './probe.ts'
import { repeat } from './repeat.ts'
import { startSightings } from './sightings.ts'
import { createWatch, type Watched, type WatchOptions } from './watch.ts'

export type KeeperOptions = Pick<WatchOptions, 'api' | 'redAfterMs' | 'log'> &
  Pick<KeeperHttpOptions, 'host' | 'port' | 'jmxUrls'> &
  ProbeOptions & {
    readonly files: readonly ConnectorFile[]
    readonly diskPaths: readonly string[]
    readonly leastFreeBytes: number
    /** A slot that holds more WAL is named; by default half of what PostgreSQL lets it hold. */
    readonly slotLagBytes?: number | undefined
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
  const { environment, diskPaths, leastFreeBytes, log, accountFor, slotLagBytes } = options
  const connector = file.name
  const source = sourceOf(file.config, environment)
  const onArrival = (tookMs: number) => metrics.roundTrip.observe({ connector }, tookMs / 1000)
  const probe = startProbe(file, { ...options, source, onArrival })
  const { openLookout } = source
  const account = openLookout && accountFor(file)
  const sightings = startSightings(account && (() => openLookout(account, slotLagBytes)))
  if (probe === undefined) {
    const why = 'it captures no table connect_heartbeat, so the keeper sees its states but not whether events flow'
    log.warn({ connector }, why)
  }
  const { tick, watched } = createWatch({
    ...options,
    file,
    source,
    probe,
    sighting: sightings.last,
    outsideCause: () => findFullDisk(diskPaths, leastFreeBytes),
    onAction: action => metrics.actions.inc({ connector, action })
  })
  const stop = repeat(async () => {
    await tick().catch(error => log.error({ connector, reason: String(error) }, 'the action failed'))
    return tickMs
  })
  return { watched, stop: () => Promise.all([stop(), probe?.stop(), sightings.stop()]) }
}
