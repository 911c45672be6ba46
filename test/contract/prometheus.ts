import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cachedEngine } from '@outbox-cdc/stack/engines/cache'
import { unpackDebianPackages } from '@outbox-cdc/stack/engines/debian-packages'
import { runTool } from '@outbox-cdc/stack/engines/run-tool'

export type Prometheus = { readonly prometheus: string; readonly promtool: string }

/** Prometheus with promtool, version 3 or newer: the machine's own, else Debian's, unpacked into the cache of engines. */
export async function findPrometheus(): Promise<Prometheus | { readonly missing: string }> {
  const own = await runTool('promtool', ['--version'], 20_000).catch(() => '')
  if (/version ([3-9]|\d\d)\./.test(own)) return { prometheus: 'prometheus', promtool: 'promtool' }
  if (!existsSync('/usr/bin/apt-get')) return { missing: 'promtool 3 or newer is not on the PATH, and there is no apt' }
  return cachedEngine('prometheus-debian', dir => unpackDebianPackages(dir, ['prometheus'])).then(
    dir => ({ prometheus: join(dir, 'usr/bin/prometheus'), promtool: join(dir, 'usr/bin/promtool') }),
    error => ({ missing: `Debian's package was not fetched: ${error.message}` })
  )
}
