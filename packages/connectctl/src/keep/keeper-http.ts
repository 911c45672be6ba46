import type { Server } from 'node:http'
import express from 'express'
import type { Registry } from 'prom-client'
import type { Watched } from './watch.ts'

export type KeeperHttpOptions = {
  readonly host: string
  readonly port: number
  readonly registry: Registry
  readonly jmxUrls: readonly string[]
  readonly watched: () => readonly Watched[]
}

/**
 * `/status` has the verdict of each connector; `/health` has the same and answers 503 unless all are healthy.
 * `/health/live` only says that the keeper itself runs.
 */
export function startKeeperHttp({ host, port, registry, jmxUrls, watched }: KeeperHttpOptions): Promise<Server> {
  const app = express().disable('x-powered-by')
  const state = () => {
    const connectors = watched().map(one => ({ ...one, report: undefined })) // its stack traces are long
    return { ok: connectors.every(({ healthy }) => healthy), connectors }
  }
  app.get('/status', (_request, response) => void response.json(state()))
  app.get('/health', (_request, response) => {
    const found = state()
    response.status(found.ok ? 200 : 503).json(found)
  })
  app.get('/health/live', (_request, response) => void response.json({ ok: true }))
  app.get('/metrics', async (_request, response) => {
    const [own, jmx] = await Promise.all([registry.metrics(), jmxFigures(jmxUrls)])
    response.type(registry.contentType).send(own + jmx)
  })
  return new Promise((resolve, reject) => {
    const server = app.listen(port, host, error => (error ? reject(error) : resolve(server)))
  })
}

const wanted = /^(?:# (?:HELP|TYPE) )?(?:debezium_|kafka_connect_)/

/** The figures of the workers' JMX exporters, as they are; a worker that does not answer has none. */
async function jmxFigures(urls: readonly string[]): Promise<string> {
  const textAt = (url: string) => fetch(url, { signal: AbortSignal.timeout(2_000) }).then(response => response.text())
  const texts = await Promise.all(urls.map(url => textAt(url).catch(() => '')))
  const seen = new Set<string>()
  return texts
    .flatMap(text => text.split('\n'))
    .filter(line => wanted.test(line))
    .filter(line => !line.startsWith('#') || (!seen.has(line) && seen.add(line))) // each help once
    .map(line => `${line}\n`)
    .join('')
}
