import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { endProcess, livingProcesses } from '@outbox-cdc/stack'
import { eventually } from '../support/eventually.ts'
import { get, post } from '../support/http.ts'
import { runScript } from '../support/run-script.ts'
import { freeSettings } from '../support/test-pipeline.ts'

const description = join(import.meta.dirname, 'pings-and-pongs/system.ts')

it('starts, shows, checks and clears a system that is a description and its services, and brings its events round', async () => {
  const settings = await freeSettings({ system: description })
  const { dir, ports } = settings
  onTestFinished(async () => {
    for (const record of await livingProcesses(join(dir, 'run'))) await endProcess(record, 2_000)
    await rm(dir, { recursive: true, force: true })
  })

  const starter = runScript('scripts/start.ts', settings, [description])
  await starter.says(/Stop with Ctrl-C/, 240_000)
  expect(starter.output()).toMatch(/✓ start ping-service, pong-service +\d/)
  expect(starter.output()).toMatch(/✓ connector pings-connector +\d/)
  expect(starter.output()).toContain(`ping-service   http://localhost:${ports['ping-service']}   POST /pings`)
  expect(starter.output()).toContain(`curl -X POST localhost:${ports['ping-service']}/pings`)

  const { status, body } = await post(`http://127.0.0.1:${ports['ping-service']}/pings`, {})
  expect(status).toBe(201)
  await eventually(async () => {
    const answer = await get(`http://127.0.0.1:${ports['pong-service']}/pongs/${Number(body.id)}`)
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ text: `hello to http://127.0.0.1:${ports['ping-service']}` })
  })

  const up = runScript('scripts/status.ts', settings, [description])
  expect(await up.ended(), up.output()).toBe(0)
  for (const line of [/ping-service ready .* ok/, /pong-service ready .* ok/, /pings-connector flows .* ok/])
    expect(up.output()).toMatch(line)

  starter.child.kill('SIGINT')
  expect(await starter.ended()).toBe(0)
  const cleared = runScript('scripts/reset.ts', settings, ['--yes', description])
  expect(await cleared.ended(), cleared.output()).toBe(0)
  expect(cleared.output()).toContain('Deleted.')
})
