import express from 'express'
import { expect, it, onTestFinished } from 'vitest'
import { createHttpServer } from './http-server.ts'
import { createLogger } from './logger.ts'
import { answerProblems, Problem } from './problem.ts'
import { requestContext } from './request-context.ts'
import { invalidRequest } from './validate.ts'

type Line = { readonly level: string; readonly msg: string; readonly reason?: string; readonly requestId: string }

/** Serves a route that fails with `error`, and returns what the client and the log see. */
async function failWith(error: unknown) {
  const lines: Line[] = []
  const logger = createLogger('test', 'info', { write: line => void lines.push(JSON.parse(line)) })
  const app = express().use(requestContext(logger))
  app.get('/it', () => Promise.reject(error))
  app.use(answerProblems(logger))
  const server = createHttpServer(app, { host: '127.0.0.1', port: 0 })
  onTestFinished(() => server.stop())
  const response = await fetch(`http://127.0.0.1:${await server.start()}/it?token=hunter2`)
  const text = await response.text()
  await server.stop()
  return { response, text, problem: JSON.parse(text), lines }
}

it('hides an unexpected error from the client, and logs all of it once', async () => {
  const { text, problem, lines } = await failWith(new Error('hunter2 at line 7'))
  expect(text).not.toMatch(/hunter2|stack/)
  expect(problem).toMatchObject({ status: 500, type: 'urn:problem-type:internal', instance: '/it' })
  const errors = lines.filter(({ level }) => level === 'error')
  expect(errors).toMatchObject([{ msg: 'request failed', err: { message: 'hunter2 at line 7' } }])
  expect(errors[0]?.requestId).toBe(problem.requestId)
})

it.each([
  ['a refused connection', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
  ['a lost connection, wrapped', new Error('not written', { cause: Object.assign(new Error(), { fatal: true }) })],
  ['a deadlock', Object.assign(new Error('deadlock'), { code: 'ER_LOCK_DEADLOCK' })]
])('answers 503 to %s, in one log line', async (_, error) => {
  const { response, problem, lines } = await failWith(error)
  expect([response.status, response.headers.get('retry-after'), problem.status]).toEqual([503, '2', 503])
  expect(lines).toMatchObject([{ level: 'warn', msg: 'request', status: 503, reason: expect.any(String) }])
})

it('names at most twenty fields, and answers with the problem document', async () => {
  const many = Array.from({ length: 50 }, (_, index) => ({ field: `f${index}`, message: 'is not a known field' }))
  expect((await failWith(invalidRequest(many))).problem.errors).toHaveLength(20)
  const gone = new Problem(410, { type: 'gone', title: 'Gone', headers: { 'X-Since': 'May' } })
  const { response, problem } = await failWith(gone)
  expect([response.status, response.headers.get('x-since'), problem.title]).toEqual([410, 'May', 'Gone'])
  expect(response.headers.get('content-type')).toContain('application/problem+json')
})
