import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { livingProcesses, noPostgres, type Stack, startStack } from '@outbox-cdc/stack'
import { makeConnectSecrets } from '@outbox-cdc/pipeline'
import { root, type Settings } from '@outbox-cdc/pipeline'
import { coreSuite } from '../support/core-suite.ts'
import { eventually } from '../support/eventually.ts'
import { fetchJson, get } from '../support/http.ts'
import { runScript, type RunningScript } from '../support/run-script.ts'
import { freeSettings } from '../support/test-pipeline.ts'

let servers: Stack
let settings: Settings
let clinic: Settings
let starter: RunningScript

coreSuite('npm start on servers that run already', async () => {
  const free = await freeSettings()
  const serversDir = `${free.dir}-servers`
  clinic = await freeSettings({ system: 'clinic' })
  const secretsDirs = [free, clinic].map(({ dir }) => makeConnectSecrets(join(dir, 'secrets')))
  servers = await startStack({
    dir: serversDir,
    parts: ['mysql', 'kafka', 'connect', ...(noPostgres === undefined ? (['postgres'] as const) : [])],
    workerProperties: join(root, 'connect-config/worker.properties'),
    // The workers may read both.
    references: { CONNECT_SECRETS_DIR: (await Promise.all(secretsDirs)).join() }
  })
  const { mysql, kafka, connect } = servers
  settings = {
    ...free,
    external: { mysql: { ...mysql, passwordFile: join(serversDir, 'secrets/root') }, kafka, connect }
  }
  starter = runScript('scripts/start.ts', settings)
  await starter.says(/Stop with Ctrl-C/, 240_000)
  return {
    ports: settings.ports,
    kafka,
    restartDeliveryService,
    async stop() {
      if (starter.child.exitCode === null) starter.child.kill('SIGTERM')
      await starter.ended()
      await servers.stopAll()
      await Promise.all([settings.dir, clinic.dir, serversDir].map(dir => rm(dir, { recursive: true, force: true })))
    }
  }
})

/** Kills the service; the starter restarts it. */
async function restartDeliveryService(): Promise<void> {
  const service = (await living()).find(({ name }) => name === 'delivery-service')
  process.kill(service?.pid ?? 0, 'SIGKILL')
  await eventually(async () => {
    const { status } = await get(`http://127.0.0.1:${settings.ports['delivery-service']}/health/ready`)
    expect(status).toBe(200)
  })
}

const living = () => livingProcesses(join(settings.dir, 'run'))

it('starts no server, knows whether events flow, and leaves the servers running when it stops', async () => {
  expect(starter.output()).not.toMatch(/✓ start mysql/)
  const status = runScript('scripts/status.ts', settings)
  expect(await status.ended(), status.output()).toBe(0)

  starter.child.kill('SIGINT')
  expect(await starter.ended()).toBe(0)
  expect(await living()).toEqual([])
  const worker = await fetch(`${servers.connect.urls[0]}/connectors/orders-connector/status`)
  expect(await worker.json()).toMatchObject({ connector: { state: 'RUNNING' } })
})

it.skipIf(noPostgres !== undefined)('starts another system on a PostgreSQL that runs already', async () => {
  const { postgres, kafka, connect } = servers
  if (postgres === undefined) throw new Error('there is no PostgreSQL')
  const passwordFile = join(`${settings.dir}-servers`, 'secrets/postgres')
  const onServers = { ...clinic, external: { postgres: { ...postgres, passwordFile }, kafka, connect } }
  const start = runScript('scripts/start.ts', onServers, ['clinic'])
  onTestFinished(async () => {
    if (start.child.exitCode === null) start.child.kill('SIGTERM')
    await start.ended()
  })
  await start.says(/Stop with Ctrl-C/, 240_000)
  expect(start.output()).not.toMatch(/✓ start postgres/)
  const { ports } = clinic
  const id = randomUUID()
  await eventually(async () => {
    const body = JSON.stringify({ patient: { id, name: 'Ada' }, startsAt: '2030-05-02T09:15:00Z' })
    const request = { method: 'PUT', headers: { 'content-type': 'application/json' }, body }
    expect((await fetchJson(`http://127.0.0.1:${ports['reception']}/appointments/${id}`, request)).status).toBeLessThan(
      300
    )
  })
  await eventually(async () => {
    const { body } = await get(`http://127.0.0.1:${ports['board']}/days/2030-05-02`)
    expect(body).toMatchObject([{ id, patient: 'Ada' }])
  })
  const status = runScript('scripts/status.ts', onServers, ['clinic'])
  expect(await status.ended(), status.output()).toBe(0)
})
