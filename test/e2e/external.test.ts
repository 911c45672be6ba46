import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { livingProcesses, type Stack, startStack } from '../../packages/stack/src/index.ts'
import { makeConnectSecrets } from '../../scripts/pipeline/accounts.ts'
import { root, type Settings } from '../../scripts/pipeline/settings.ts'
import { eventually } from '../support/eventually.ts'
import { get, post } from '../support/http.ts'
import { runScript, type RunningScript } from '../support/run-script.ts'
import { freeSettings } from '../support/test-pipeline.ts'

let servers: Stack
let settings: Settings
let serversDir = ''
let starter: RunningScript | undefined

beforeAll(async () => {
  const free = await freeSettings()
  serversDir = `${free.dir}-servers`
  servers = await startStack({
    dir: serversDir,
    workerProperties: join(root, 'connect-config/worker.properties'),
    references: { CONNECT_SECRETS_DIR: await makeConnectSecrets(join(free.dir, 'secrets')) }
  })
  const { mysql, kafka, connect } = servers
  const rootPasswordFile = join(serversDir, 'secrets/root')
  settings = {
    ...free,
    external: { mysql: { ...mysql, rootPasswordFile }, brokers: kafka.brokers, connectUrls: connect.urls }
  }
})
afterAll(async () => {
  if (starter?.child.exitCode === null) starter.child.kill('SIGTERM')
  await starter?.ended()
  await servers?.stopAll()
  await Promise.all([settings.dir, serversDir].map(dir => rm(dir, { recursive: true, force: true })))
})

it('brings the pipeline up on servers that run already, and leaves them running when it stops', async () => {
  starter = runScript('scripts/start.ts', settings)
  await starter.says(/From here on, what the services say:/, 120_000)
  expect(starter.output()).not.toMatch(/✓ start mysql/)

  const order = await post(`http://127.0.0.1:${settings.ports.order}/order`, { name: 'joon', quantity: 95 })
  expect(order.status).toBe(201)
  await eventually(async () => {
    const delivery = await get(`http://127.0.0.1:${settings.ports.delivery}/deliveries/${Number(order.body.id)}`)
    expect(delivery.status).toBe(200)
  })
  const status = runScript('scripts/status.ts', settings)
  expect(await status.ended()).toBe(0)

  starter.child.kill('SIGINT')
  expect(await starter.ended()).toBe(0)
  expect(await livingProcesses(join(settings.dir, 'run'))).toEqual([])
  const worker = await fetch(`${servers.connect.urls[0]}/connectors/orders-connector/status`)
  expect(await worker.json()).toMatchObject({ connector: { state: 'RUNNING' } })
})
