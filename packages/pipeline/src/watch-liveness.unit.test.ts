import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPart, freePort, requireOk } from '@outbox-cdc/stack'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { describe, expect, it, onTestFinished } from 'vitest'
import { supervise } from './supervise.ts'
import { livenessProbe, untilDead } from './watch-liveness.ts'

const probeTimes = { everyMs: 30, failures: 3 }
// A busy machine may keep a process that is well from answering at once.
const withinMs = 700
const never = new AbortController().signal

describe('a process is dead', () => {
  it('after three failures in a row, and not after any that a success follows', async () => {
    const results = ['a', 'b', undefined, 'c', 'd', 'e']
    let asked = 0
    expect(await untilDead(async () => results[asked++], never, { everyMs: 1, failures: 3 })).toBe(
      'failed its liveness probe 3 times in a row (e) and was killed'
    )
    expect(asked).toBe(6)
  })

  it('never once it is stopped', async () => {
    const ending = new AbortController()
    const dead = untilDead(async () => 'down', ending.signal, { everyMs: 30_000, failures: 3 })
    ending.abort()
    expect(await dead).toBeUndefined()
  })
})

describe('a probe', () => {
  async function ask(status: number | 'silent' | 'away', shouldAnswer = true) {
    const server = createServer((_, response) => {
      if (typeof status === 'number') response.writeHead(status).end('{"checks":{"consumer":"3 events wait"}}')
    })
    if (status !== 'away') await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.close()
      server.closeAllConnections()
    })
    const port = status === 'away' ? await freePort() : (server.address() as AddressInfo).port
    return livenessProbe(
      { shouldAnswer: () => shouldAnswer },
      `http://127.0.0.1:${port}`,
      status === 'silent' ? 200 : 20_000
    )()
  }

  it('passes on what the process says is wrong', async () => {
    expect(await ask(503)).toBe('503 {"checks":{"consumer":"3 events wait"}}')
    expect(await ask('silent')).toBe('no answer within 0.2 s')
    expect(await ask('away')).toBe('no connection')
  })

  it('passes for a process that is well, that has no such path, or that was frozen or stopped on purpose', async () => {
    expect(await ask(200)).toBeUndefined()
    expect(await ask(404)).toBeUndefined()
    expect(await ask('silent', false)).toBeUndefined()
  })
})

describe('a supervised process', { timeout: 60_000 }, () => {
  async function startServer() {
    const dir = await mkdtemp(join(tmpdir(), 'liveness-'))
    const port = await freePort()
    const script = `require('node:http').createServer((request, response) => {
      if (request.url === '/wedge') for (;;);
      response.end()
    }).listen(${port}, '127.0.0.1')`
    const url = `http://127.0.0.1:${port}`
    const answers = () => requireOk(url)
    const part = createPart({ name: 'shop', command: process.execPath, args: ['-e', script], dir, answers })
    await part.start()
    const said: string[] = []
    const options = {
      pauses: { firstPauseMs: 20, longestPauseMs: 100 },
      probeTimes,
      probe: livenessProbe(part, url, withinMs)
    }
    const supervision = supervise(part, line => said.push(line), options)
    onTestFinished(async () => {
      supervision.stop()
      await part.kill()
      await rm(dir, { recursive: true, force: true })
    })
    return { part, url, said, pid: part.pid() ?? 0 }
  }

  it.each([
    ['whose event loop is stuck', ({ url }: { url: string }) => void fetch(`${url}/wedge`).catch(() => undefined)],
    ['that is stopped by SIGSTOP', ({ pid }: { pid: number }) => void process.kill(pid, 'SIGSTOP')]
  ])('%s is killed and started again, with one line each', async (_, wedge) => {
    const server = await startServer()
    wedge(server)
    await eventually(() => expect(server.said.length).toBeGreaterThanOrEqual(2))
    expect(server.said[0]).toBe(
      'shop failed its liveness probe 3 times in a row (no answer within 0.7 s) and was killed; starting it again in 0.02 s'
    )
    expect(server.said[1]).toMatch(/^shop is back after/)
    await eventually(() => expect(server.part.pid()).not.toBe(server.pid))
    await eventually(() => requireOk(server.url))
  })

  it('that was frozen or stopped on purpose is left alone', async () => {
    const { part, said, pid } = await startServer()
    await part.freeze()
    await new Promise(resolve => setTimeout(resolve, 3 * withinMs))
    expect(part.pid()).toBe(pid)
    await part.thaw()
    await part.stop()
    await new Promise(resolve => setTimeout(resolve, 3 * withinMs))
    expect(part.pid()).toBeUndefined()
    expect(said).toEqual([])
  })
})
