import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'
import { expect, it } from 'vitest'
import { createConnectApi } from '../src/connect/connect-api.ts'
import type { ConnectApi, ConnectorStatus } from '../src/connect/connect-api.ts'
import { pathOf } from '../src/connect/connector-states.ts'
import { applyConnector } from '../src/connector/apply-connector.ts'
import { defaultPolicy } from '../src/keep/decide.ts'
import { createWatch } from '../src/keep/watch.ts'
import { sourceOf } from '../src/connector/source-of.ts'
import { ownConnector, recordsOf } from './own-connector.ts'

type Breaks = (request: string, body: unknown) => boolean

/** Connect as it is, but each request that `breaks` names fails once before it is sent. */
function breakingOnce(api: ConnectApi, breaks: Breaks): ConnectApi {
  let broken = false
  return {
    url: api.url,
    request(method, path, options) {
      if (broken || !breaks(`${method} ${path.split('/').at(-1)}`, options?.body))
        return api.request(method, path, options)
      broken = true
      return Promise.reject(new Error('the line was cut'))
    }
  }
}

const isRecovery = (body: unknown) => (body as Record<string, string>)['snapshot.mode'] === 'recovery'

const stateOf = async (api: ConnectApi, name: string) =>
  (await api.request<ConnectorStatus>('GET', pathOf(name, '/status'))).connector.state

it.each<readonly [when: string, state: string, breaks: Breaks]>([
  ['was created', 'STOPPED', request => request === 'PATCH offsets'],
  ['got its offsets', 'STOPPED', request => request === 'PUT resume'],
  ['had not all of its settings', 'RUNNING', (request, body) => request === 'PUT config' && !isRecovery(body)]
])('applies a connector again that was left alone when it %s', async (when, state, breaks) => {
  const { connectctl, insertEvent, topic, name, file, environment } = await ownConnector()
  await insertEvent(1)
  const api = createConnectApi({ url: environment.CONNECT_URL })
  const source = sourceOf((await file()).config, environment)
  await expect(applyConnector(breakingOnce(api, breaks), await file(), { source })).rejects.toThrow('was cut')
  await eventually(async () => expect(await stateOf(api, name)).toBe(state))
  if (when === 'was created') expect((await connectctl('status', name)).out).toContain('its apply did not finish')
  expect(await connectctl('--timeout', '20', 'apply')).toMatchObject({ code: 0 })
  const records = await recordsOf(topic)
  await eventually(() => expect(records.map(({ value }) => value.payload['event_id'])).toEqual([1]))
  expect((await connectctl('diff')).code).toBe(0)
})

it('is finished by the keeper when the keeper itself was interrupted while it applied the file', async () => {
  const { insertEvent, topic, name, file, environment } = await ownConnector()
  await insertEvent(1)
  const api = createConnectApi({ url: environment.CONNECT_URL })
  const connector = await file()
  const watch = createWatch({
    api: breakingOnce(api, request => request === 'PATCH offsets'),
    file: connector,
    probe: undefined,
    policy: { ...defaultPolicy, firstBackoffMs: 100 },
    redAfterMs: 5_000,
    source: sourceOf(connector.config, environment),
    sighting: () => ({ trouble: undefined, figures: {} }),
    outsideCause: () => Promise.resolve(undefined),
    log: { info() {}, warn() {}, error() {} },
    onAction: () => undefined
  })
  await expect(watch.tick()).rejects.toThrow('was cut')
  expect(await stateOf(api, name)).toBe('STOPPED')
  await eventually(
    async () => {
      await watch.tick()
      expect(watch.watched().state).toBe('unknown')
    },
    { everyMs: 200 }
  )
  const records = await recordsOf(topic)
  await eventually(() => expect(records.map(({ value }) => value.payload['event_id'])).toEqual([1]))
})

it('applies a connector whose first apply failed, once the cause is fixed, and does not repeat the old failure', async () => {
  const { connectctl, configure, insertEvent, topic, db, account } = await ownConnector()
  await insertEvent(1)
  await configure({ 'snapshot.locking.mode': 'minimal' })
  const failed = await connectctl('apply')
  expect(failed).toMatchObject({ code: 1, err: expect.stringContaining('privilege') })
  await db.raw("GRANT RELOAD, LOCK TABLES ON *.* TO ?@'%'", [account])
  expect(await connectctl('apply')).toMatchObject({ code: 0 })
  expect((await connectctl('diff')).code).toBe(0)
  const records = await recordsOf(topic)
  await eventually(() => expect(records.map(({ value }) => value.payload['event_id'])).toEqual([1]))
})

it('stays paused after apply, which says so and how to resume it', async () => {
  const { connectctl, name } = await ownConnector()
  await connectctl('apply')
  for (const [verb, word] of [
    ['pause', 'paused'],
    ['stop', 'stopped']
  ] as const) {
    await connectctl(verb, name)
    const applied = await connectctl('--timeout', '5', 'apply')
    expect(applied).toMatchObject({ code: 0, out: `✓ ${name}: unchanged, ${word} by hand: connectctl resume ${name}` })
    const restarted = { code: 1, err: `✗ ${name} is ${word}: connectctl resume ${name}` }
    expect(await connectctl('restart', name)).toMatchObject(restarted)
  }
})

it('keeps running when its offsets cannot be saved or changed', async () => {
  const { connectctl, name, environment } = await ownConnector()
  const api = createConnectApi({ url: environment.CONNECT_URL })
  await connectctl('apply')
  const dir = await tempFolder('no-folder')
  const notAFolder = join(dir, 'file')
  await writeFile(notAFolder, '')
  for (const verb of [['offsets', 'reset'], ['offsets', 'set', '--to', 'now'], ['delete']]) {
    const refused = await connectctl('--dir', notAFolder, ...verb, name, '--yes')
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('nothing was changed') })
    expect(await stateOf(api, name)).toBe('RUNNING')
  }
  const wrong = join(dir, 'offsets.json')
  await writeFile(wrong, JSON.stringify({ offsets: [{ partition: { server: name }, offset: 'nonsense' }] }))
  const refused = await connectctl('--dir', dir, '--timeout', '2', 'offsets', 'set', name, '--file', wrong, '--yes')
  expect(refused.code).toBe(1)
  await eventually(async () => expect(await stateOf(api, name)).toBe('RUNNING'))
})
