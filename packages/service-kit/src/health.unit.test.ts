import express from 'express'
import { expect, it, onTestFinished } from 'vitest'
import { type Check, createHealth } from './health.ts'
import { createHttpServer } from './http-server.ts'

type Probed = { ready: Record<string, Check>; live?: Record<string, Check>; timeoutMs?: number; onAsked?: () => void }

async function serve({ ready, live = {}, timeoutMs = 50, onAsked = () => undefined }: Probed) {
  const health = createHealth({ ready, live, timeoutMs })
  const app = express().use((_, __, next) => (onAsked(), next()), health.routes)
  const server = createHttpServer(app, { host: '127.0.0.1', port: 0 })
  const base = `http://127.0.0.1:${await server.start()}`
  onTestFinished(() => server.stop())
  const get = async (path: string) => {
    const response = await fetch(base + path)
    return [response.status, await response.json()]
  }
  return { health, get }
}

const well = async () => undefined

it('is up when every check passes', async () => {
  const { get } = await serve({ ready: { mysql: well } })
  expect(await get('/health/ready')).toEqual([200, { status: 'up', checks: { mysql: 'up' } }])
  expect(await get('/health/live')).toEqual([200, { status: 'up', checks: {} }])
})

it('names the check that failed, and the check that did not answer in time', async () => {
  const hangs = () => new Promise(() => undefined)
  const fails = () => Promise.reject(new Error('no route'))
  const { get } = await serve({ ready: { mysql: hangs, kafka: fails, disk: well } })
  const checks = { mysql: 'no answer within 50 ms', kafka: 'no route', disk: 'up' }
  expect(await get('/health/ready')).toEqual([503, { status: 'down', checks }])
})

it('runs a check once for all concurrent requests', async () => {
  let [runs, asked] = [0, 0]
  const answered = Promise.withResolvers<void>()
  const { get } = await serve({
    ready: { mysql: () => (runs++, answered.promise) },
    timeoutMs: 5000,
    onAsked: () => ++asked === 3 && setImmediate(answered.resolve)
  })
  const answers = await Promise.all([get('/health/ready'), get('/health/ready'), get('/health/ready')])
  expect(answers.map(([status]) => status)).toEqual([200, 200, 200])
  expect(runs).toBe(1)
})

it('is not ready but still alive once a stop begins', async () => {
  const { health, get } = await serve({ ready: { mysql: well }, live: { loop: well } })
  health.beginStop()
  expect(await get('/health/ready')).toEqual([503, { status: 'down', checks: { process: 'stopping' } }])
  expect(await get('/health/live')).toEqual([200, { status: 'up', checks: { loop: 'up' } }])
})
