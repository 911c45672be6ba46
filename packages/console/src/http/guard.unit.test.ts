import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerProblems, createLogger } from '@outbox-cdc/service-kit'
import express from 'express'
import { expect, it, onTestFinished } from 'vitest'
import { onlyOwnNames } from './guard.ts'

async function statusesOf(inContainer: boolean, asked: readonly (readonly [host: string, path: string])[]) {
  const app = express().use(onlyOwnNames({ inContainer }), (_, response) => void response.json({}))
  const server = createServer(app.use(answerProblems(createLogger('test', 'silent')))).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const status = ([host, path]: readonly [string, string]) =>
    new Promise(resolve =>
      request({ port, host: '127.0.0.1', path, headers: { host } }, answer => {
        answer.resume()
        resolve(answer.statusCode)
      }).end()
    )
  return Promise.all(asked.map(status))
}

it('gives Prometheus the metrics under the name of the container, and nothing else', async () => {
  const asked = [
    ['console:9000', '/metrics'],
    ['localhost:9000', '/metrics'],
    ['console:9000', '/api/flow'],
    ['evil.example', '/metrics'],
    ['10.0.0.1:9000', '/metrics']
  ] as const
  expect(await statusesOf(true, asked)).toEqual([200, 200, 403, 403, 403])
  expect(await statusesOf(false, asked)).toEqual([403, 200, 403, 403, 403])
})
