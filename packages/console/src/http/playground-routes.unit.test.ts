import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerProblems, createLogger, loadConfig, unknownRoute } from '@outbox-cdc/service-kit'
import express from 'express'
import { expect, it, onTestFinished } from 'vitest'
import { configSchema } from '../config.ts'
import { guardActions } from './guard.ts'
import { playgroundRoutes } from './playground-routes.ts'
import { explain } from './problems.ts'
import { serveRoutes } from './route.ts'

const logger = createLogger('console', 'silent')
const token = 'a-token-of-enough-length'
const target = { fault: 'freeze', target: 'mysql', kind: 'engine' }
const times = { begunAt: 1, endsAt: 2, overAt: null }
const fault = { id: 1, ...target, ...times, state: 'active', words: 'froze mysql for 1 s' }

async function listen(handler: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(handler)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A control API that refuses to break Kafka, and the console's routes in front of it. */
async function startRoutes(more: Readonly<Record<string, string>> = {}) {
  const asked: string[] = []
  const controlApi = express().use(express.json({ type: () => true }), (request, response) => {
    asked.push(
      `${request.method} ${request.path} ${JSON.stringify(request.body ?? null)} ${request.get('authorization')}`
    )
    if (request.body?.target === 'kafka-1')
      return void response.status(409).json({ detail: 'kafka-1 is broken already.' })
    if (request.path === '/targets') return void response.json({ targets: [] })
    if (request.method === 'GET') return void response.json({ running: [fault], over: [] })
    response.status(201).json(fault)
  })
  const place = { PLAYGROUND_URL: await listen(controlApi), PLAYGROUND_TOKEN: token }
  const config = loadConfig(configSchema, { HOPS_FILE: 'none', ...place, ...more })
  const guard = guardActions(config.CONSOLE_ACTIONS === 'on', logger)
  const app = express().use(express.json(), serveRoutes(playgroundRoutes(config), guard.handlers))
  const url = await listen(app.use(unknownRoute, answerProblems(logger, explain)))
  const ask = async (path: string, body?: object, headers: object = { 'x-console-action': guard.actionToken }) => {
    const post = {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body)
    }
    const answer = await fetch(url + path, body === undefined ? {} : post)
    return { status: answer.status, body: JSON.parse(await answer.text()) }
  }
  return { ask, asked }
}

const path = '/api/playground/faults'
const order = { fault: 'freeze', target: 'mysql', seconds: 1 }

it('passes a fault on with the token of the control API, and a refusal back as it is', async () => {
  const { ask, asked } = await startRoutes()
  expect(await ask(path, order)).toEqual({ status: 200, body: fault })
  expect(asked).toEqual([`POST /faults ${JSON.stringify({ ...order, by: 'the console' })} Bearer ${token}`])
  expect(await ask(path, { ...order, target: 'kafka-1' })).toMatchObject({
    status: 409,
    body: { detail: 'kafka-1 is broken already.' }
  })
  expect(await ask(`${path}/1/end`, {})).toMatchObject({ status: 200 })
  expect(asked.at(-1)).toContain('DELETE /faults/1')
})

it('breaks nothing for another page, for nonsense, or when actions are switched off', async () => {
  const { ask, asked } = await startRoutes()
  expect(await ask(path, order, {})).toMatchObject({ status: 403 })
  expect(await ask(path, order, { origin: 'http://evil.example' })).toMatchObject({ status: 403 })
  expect(await ask(path, { ...order, seconds: 1_000 })).toMatchObject({ status: 400 })
  const off = await startRoutes({ CONSOLE_ACTIONS: 'off' })
  expect(await off.ask(path, order)).toMatchObject({ status: 403, body: { detail: /CONSOLE_ACTIONS/ } })
  expect([...asked, ...off.asked]).toEqual([])
  expect(await off.ask('/api/playground')).toMatchObject({ status: 200, body: { running: [fault] } })
})

it('says that no invariant is checked, or that the oracle does not answer', async () => {
  const { ask } = await startRoutes()
  expect((await ask('/api/playground')).body.invariants).toBeNull()
  const away = await startRoutes({ PLAYGROUND_ORACLE_URL: 'http://127.0.0.1:9' })
  expect((await away.ask('/api/playground')).body.invariants).toEqual({
    items: [],
    checks: 0,
    problem: expect.stringMatching(/^The oracle does not answer/)
  })
})

it('has no routes where nothing can be broken', async () => {
  const { ask } = await startRoutes({ PLAYGROUND_URL: '' })
  expect(await ask('/api/playground')).toMatchObject({ status: 404 })
  expect(await ask(path, order)).toMatchObject({ status: 404 })
})
