import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './load-system.ts'
import { replicasOf } from './replicas.ts'
import type { Settings } from './settings.ts'

type Started = Pick<Settings, 'system' | 'ports' | 'replicas'>

/** What a Prometheus on this machine scrapes: the same jobs as in ops/prometheus.yml, at the ports of this start. */
export function prometheusConfig({ system, ports, replicas }: Started) {
  const job = (name: string, parts: readonly string[]) => {
    const targets = parts.map(part => `127.0.0.1:${ports[part]}`)
    return { job_name: name, static_configs: [{ targets }] as const }
  }
  return {
    global: { scrape_interval: '5s', evaluation_interval: '5s' },
    rule_files: [join(root, 'ops/alerts.yaml')],
    scrape_configs: [
      job(
        'services',
        system.services.flatMap(service => replicasOf(service, replicas).map(({ name }) => name))
      ),
      job('keeper', ['keeper']),
      job('console', ['console'])
    ]
  }
}

/** As JSON, which Prometheus reads as YAML. */
export async function writePrometheusConfig(dir: string, started: Started): Promise<void> {
  await writeFile(join(dir, 'prometheus.json'), `${JSON.stringify(prometheusConfig(started), undefined, 2)}\n`)
}
