import express from 'express'
import { expect, it, onTestFinished } from 'vitest'
import { createHttpServer } from './http-server.ts'
import { jsonBody } from './json-body.ts'
import { createLogger } from './logger.ts'
import { answerProblems } from './problem.ts'

/** Sends a POST to a route that answers with what `jsonBody` has read. */
async function post(init: RequestInit) {
  const app = express().post('/it', ...jsonBody, (request, response) => void response.json({ read: request.body }))
  const server = createHttpServer(app.use(answerProblems(createLogger('test', 'silent'))), {
    host: '127.0.0.1',
    port: 0
  })
  onTestFinished(() => server.stop())
  const response = await fetch(`http://127.0.0.1:${await server.start()}/it`, { method: 'POST', ...init })
  return { status: response.status, body: await response.json() }
}

it('takes a POST without a body for what it is', async () => {
  expect(await post({})).toEqual({ status: 200, body: {} })
})

it('takes nothing but JSON', async () => {
  const json = { 'Content-Type': 'application/json' }
  expect(await post({ headers: json, body: '{"a":1}' })).toEqual({ status: 200, body: { read: { a: 1 } } })
  expect((await post({ body: 'a=1' })).status).toBe(415)
  expect((await post({ headers: { 'Content-Type': 'text/plain' }, body: '' })).status).toBe(415)
})
