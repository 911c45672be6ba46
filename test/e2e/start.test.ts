import { readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endProcess, livingProcesses } from '@outbox-cdc/stack'
import { readAddresses, type Settings } from '@outbox-cdc/pipeline'
import { eventually } from '../support/eventually.ts'
import { get, post } from '../support/http.ts'
import { type RunningScript, runScript } from '../support/run-script.ts'
import { freeSettings } from '../support/test-pipeline.ts'

let settings: Settings
let starter: RunningScript | undefined

beforeAll(async () => {
  settings = await freeSettings()
})
afterAll(async () => {
  starter?.child.kill('SIGTERM')
  await starter?.ended()
  for (const record of await living()) await endProcess(record, 2_000)
  await rm(settings.dir, { recursive: true, force: true })
})

const living = () => livingProcesses(join(settings.dir, 'run'))

// A start takes long, so the tests go on with what the one before left running.
async function running(): Promise<RunningScript> {
  const runs = starter?.child.exitCode === null && starter.child.signalCode === null
  return runs && starter !== undefined ? starter : start()
}

async function start(): Promise<RunningScript> {
  starter = runScript('scripts/start.ts', settings)
  await starter.says(/Stop with Ctrl-C/, 240_000)
  return starter
}

async function orderIsDelivered(): Promise<number> {
  const { status, body } = await post(`http://127.0.0.1:${settings.ports['order-service']}/order`, {
    name: 'joon',
    quantity: 95
  })
  expect(status).toBe(201)
  await eventually(async () => {
    const answer = await get(`http://127.0.0.1:${settings.ports['delivery-service']}/deliveries/${Number(body.id)}`)
    expect(answer.status).toBe(200)
  })
  return Number(body.id)
}

describe('npm start', () => {
  it('says its steps with their times, the addresses and the curl, then what the services log, and where the log of Connect is', async () => {
    const script = await running()
    const id = await orderIsDelivered()
    expect(script.output()).toMatch(/✓ start mysql, kafka-1, connect-1 +\d+\.\d s/)
    expect(script.output()).toContain(`curl -i -X POST localhost:${settings.ports['order-service']}/order`)
    await script.says(new RegExp(`delivery-service .*"eventId":${id}\\b`))
    const { CONNECT_LOG: log = '' } = await readAddresses(settings.dir)
    expect(await readFile(log, 'utf8')).toContain('Kafka Connect started')
  })

  it('starts a killed MySQL again, says so in one line each, and orders flow as before', async () => {
    const script = await running()
    const mysql = (await living()).find(({ name }) => name === 'mysql')
    process.kill(mysql?.pid ?? 0, 'SIGKILL')
    await script.says(/! mysql ended \(SIGKILL\); starting it again in 0.5 s\n/)
    await script.says(/! mysql is back after \d+\.\d s\n/)
    await eventually(orderIsDelivered, { everyMs: 500 })
  })

  it('leaves no process behind on Ctrl-C, and keeps the data for the next start', async () => {
    const first = await running()
    const id = await orderIsDelivered()
    first.child.kill('SIGINT')
    expect(await first.ended()).toBe(0)
    expect(await living()).toEqual([])
    await start()
    const kept = await get(`http://127.0.0.1:${settings.ports['delivery-service']}/deliveries/${id}`)
    expect(kept.status).toBe(200)
    expect(await orderIsDelivered()).toBeGreaterThan(id)
  })

  it('ends what a killed starter left, and only that, when it is started again', async () => {
    const first = await running()
    first.child.kill('SIGKILL')
    await first.ended()
    const left = (await living()).filter(({ name }) => name !== 'starter')
    expect(left.length).toBeGreaterThan(3)
    await start()
    const now = await living()
    expect(now.map(({ name }) => name)).toEqual(expect.arrayContaining(left.map(({ name }) => name)))
    expect(now.some(({ pid }) => left.some(old => old.pid === pid))).toBe(false)
  })
})

describe('npm run status and npm run reset', () => {
  it('show what is running, refuse to clear running engines, and clear stopped ones', async () => {
    const script = await running()
    const up = runScript('scripts/status.ts', settings)
    expect(await up.ended()).toBe(0)
    expect(up.output()).toMatch(/mysql +pid \d+ +runs/)
    expect(up.output()).toMatch(/orders-connector .* ok/)

    const tooEarly = runScript('scripts/reset.ts', settings, ['--yes'])
    expect(await tooEarly.ended()).toBe(1)
    expect(tooEarly.output()).toContain('It is still running')

    script.child.kill('SIGINT')
    await script.ended()
    const down = runScript('scripts/status.ts', settings)
    expect(await down.ended()).toBe(1)
    expect(down.output()).toContain('Nothing is running here. Start it: npm start')

    const unasked = runScript('scripts/reset.ts', settings)
    unasked.child.stdin?.end()
    expect(await unasked.ended()).toBe(1)
    const cleared = runScript('scripts/reset.ts', settings, ['--yes'])
    expect(await cleared.ended()).toBe(0)
    expect(cleared.output()).toContain('Deleted.')
  })
})

describe('npm start where nothing runs', () => {
  it('also stops in the middle of a start', async () => {
    starter = runScript('scripts/start.ts', settings)
    await starter.says(/start mysql|✓ fetch|✓ accounts/)
    starter.child.kill('SIGINT')
    expect(await starter.ended()).toBe(0)
    expect(await living()).toEqual([])
  })

  it('names the process that holds a port it needs, and starts nothing', async () => {
    const holder = createServer().listen(settings.ports['delivery-service'], '127.0.0.1')
    try {
      const script = runScript('scripts/start.ts', settings)
      expect(await script.ended()).toBe(1)
      expect(script.output()).toContain(
        `Port ${settings.ports['delivery-service']}, wanted for delivery-service, is taken by`
      )
      expect(await living()).toEqual([])
    } finally {
      holder.close()
    }
  })
})
