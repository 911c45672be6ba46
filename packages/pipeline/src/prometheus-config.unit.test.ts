import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { loadSystem } from './load-system.ts'
import { choosePorts } from './ports.ts'
import { prometheusConfig } from './prometheus-config.ts'

it('scrapes every service, the keeper and the console at the ports of the start, with the alert rules', async () => {
  const system = await loadSystem('customers-and-orders')
  const ports = choosePorts(system, ({ usual }) => usual + 100)
  const { rule_files: rules, scrape_configs: jobs } = prometheusConfig({ system, ports })
  expect(jobs.map(({ job_name, static_configs: [{ targets }] }) => [job_name, targets])).toEqual([
    ['services', ['127.0.0.1:8191', '127.0.0.1:8192']],
    ['keeper', ['127.0.0.1:8184']],
    ['console', ['127.0.0.1:9100']]
  ])
  expect(rules.map(file => existsSync(file))).toEqual([true])
})
