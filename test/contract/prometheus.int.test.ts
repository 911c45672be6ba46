import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { choosePorts, loadSystem, prometheusConfig, root } from '@outbox-cdc/pipeline'
import { freePort } from '@outbox-cdc/stack'
import { runTool } from '@outbox-cdc/stack/engines/run-tool'
import { execa } from 'execa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { queries } from './boards.ts'
import { metricsOfParts } from './metrics-of-parts.ts'
import { findPrometheus } from './prometheus.ts'

const found = await findPrometheus()
if ('missing' in found) console.log(`The files of ops/ are not loaded into Prometheus: ${found.missing}.`)
const { prometheus = '', promtool = '' } = 'missing' in found ? {} : found

describe.skipIf('missing' in found)('Prometheus', () => {
  it('accepts the scrape configuration, with the alert rules that it names', async () => {
    const said = await runTool(promtool, ['check', 'config', join(root, 'ops/prometheus.yml')])
    expect(said).toMatch(/SUCCESS: \d+ rule files found[^]*SUCCESS: \d+ rules found/)
  })

  it('fires and ends each alert as ops/alerts.test.yaml says', async () => {
    await runTool(promtool, ['test', 'rules', join(root, 'ops/alerts.test.yaml')])
  })

  it('scrapes what npm start configures, evaluates each alert, and answers each query of the boards', async () => {
    const { service, ...tools } = await metricsOfParts()
    const ports = new Map<string, number>()
    for (const [part, text] of Object.entries(tools)) ports.set(part, await expose(text))
    const onService = await expose(service)
    const system = await loadSystem()
    const config = prometheusConfig({ system, ports: choosePorts(system, ({ name }) => ports.get(name) ?? onService) })
    const url = await startPrometheus(config)
    const { groups } = await eventually(async () => {
      const answer = await ask(`${url}/api/v1/rules`)
      for (const { health, lastError, name } of answer.groups?.[0]?.rules ?? [])
        expect([name, health, lastError]).toEqual([name, 'ok', undefined])
      return answer
    })
    expect(groups?.[0]?.rules.length).toBeGreaterThan(5)
    // A rate needs two scrapes.
    await eventually(async () => {
      for (const { where, expr, legend } of queries) {
        const { result = [] } = await ask(`${url}/api/v1/query?query=${encodeURIComponent(expr)}`)
        expect([where, expr, result.length > 0]).toEqual([where, expr, true])
        const shown = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label)
        for (const { metric } of result)
          expect([expr, Object.keys(metric)]).toEqual([expr, expect.arrayContaining(shown)])
      }
    })
  })
})

type Answer = {
  readonly groups?: readonly { readonly rules: readonly { name: string; health: string; lastError?: string }[] }[]
  readonly result?: readonly { readonly metric: Readonly<Record<string, string>> }[]
}

async function ask(url: string): Promise<Answer> {
  const { status, data, error } = (await (await fetch(url)).json()) as { status: string; data: Answer; error?: string }
  expect([url, status, error]).toEqual([url, 'success', undefined])
  return data
}

async function expose(text: string): Promise<number> {
  const server = createServer((_, response) => void response.setHeader('content-type', 'text/plain').end(text))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function startPrometheus(config: object): Promise<string> {
  const dir = await tempFolder('prometheus')
  await writeFile(join(dir, 'prometheus.json'), JSON.stringify(config))
  const address = `127.0.0.1:${await freePort()}`
  const options = ['--config.file', 'prometheus.json', '--storage.tsdb.path', 'data', '--web.listen-address', address]
  const running = execa(prometheus, options, { cwd: dir, reject: false, all: true })
  onTestFinished(async () => {
    running.kill()
    await running
  })
  const ready = eventually(async () => expect((await fetch(`http://${address}/-/ready`)).status).toBe(200))
  const ended = running.then(({ all }) => {
    throw new Error(`Prometheus ended: ${all}`)
  })
  await Promise.race([ready, ended])
  return `http://${address}`
}
