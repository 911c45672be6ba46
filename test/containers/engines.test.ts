import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { startContainers } from '@outbox-cdc/stack'
import { images } from '@outbox-cdc/stack/containers/images'
import { coreSuite } from '../support/core-suite.ts'
import { askPostgres } from '../support/ask-postgres.ts'
import { eventually } from '../support/eventually.ts'
import { get, post } from '../support/http.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { coreTarget, startTestPipeline, type TestPipeline } from '../support/test-pipeline.ts'
import { dockerWith } from './engine/docker.ts'

const containers = inject('containers')
const docker = dockerWith(containers.why === undefined ? containers.env : {})
const ours = ['--filter', 'label=org.testcontainers=true']
let pipeline: TestPipeline

const place = async () => {
  const { status, body } = await post(`${pipeline.addresses.ORDER_SERVICE_URL}/order`, { name: 'joon', quantity: 95 })
  expect(status).toBe(201)
  return Number(body.id)
}
const delivered = async (id: number) =>
  expect((await get(`${pipeline.addresses.DELIVERY_SERVICE_URL}/deliveries/${id}`)).status).toBe(200)
const patience = { timeoutMs: 90_000, everyMs: 100 }

describe.skipIf(containers.why !== undefined)('PostgreSQL in a container', () => {
  it('has a logical WAL and a password, and keeps what it committed when it is killed', async () => {
    Object.assign(process.env, containers.why === undefined ? containers.env : {}, {
      TESTCONTAINERS_RYUK_DISABLED: 'true'
    })
    const stack = await startContainers({ dir: await tempFolder('postgres'), parts: ['postgres'] })
    onTestFinished(() => stack.stopAll())
    const ask = (sql: string, wrong = {}) => askPostgres({ ...stack.postgres, ...wrong }, sql)
    expect(await ask('SHOW wal_level')).toEqual([{ wal_level: 'logical' }])
    expect(await ask('SHOW max_slot_wal_keep_size')).toEqual([{ max_slot_wal_keep_size: '2GB' }])
    await expect(ask('SELECT 1', { password: 'wrong' })).rejects.toThrow(/password/)
    await ask('CREATE TABLE kept AS SELECT 1 AS n')
    await stack.part('postgres').kill()
    await stack.part('postgres').start()
    expect(await ask('SELECT n FROM kept')).toEqual([{ n: 1 }])
  })
})

describe.skipIf(containers.why !== undefined)('MySQL, Kafka and Connect in containers', () => {
  beforeAll(() => {
    // The reaper needs one more image, and these tests clean up after themselves.
    Object.assign(process.env, containers.why === undefined ? containers.env : {}, {
      TESTCONTAINERS_RYUK_DISABLED: 'true'
    })
  })

  afterAll(async () => {
    const left = await docker.run(['ps', '-aq', ...ours])
    expect(left).toBe('')
  })

  coreSuite('carry a pipeline that', async () => {
    pipeline = await startTestPipeline({ containers: true })
    return coreTarget(pipeline)
  })

  it('have the connectors of both databases', async () => {
    const { text } = await get(`${pipeline.stack.connect.urls[0]}/connector-plugins`)
    for (const database of ['mysql.MySql', 'postgresql.Postgres'])
      expect(text).toContain(`io.debezium.connector.${database}Connector`)
  })

  it('lose no order when every part is killed and started again', async () => {
    const { stack } = pipeline
    const before = await place()
    for (const part of stack.parts) {
      await part.kill()
      expect(part.pid()).toBeUndefined()
      await part.start()
      expect(part.pid()).toBeGreaterThan(0)
    }
    const after = await eventually(place, patience)
    await eventually(() => Promise.all([delivered(before), delivered(after)]), patience)
  })

  it('hold events back at a frozen part until it thaws', async () => {
    const { stack } = pipeline
    await stack.part('connect-1').freeze()
    const order = await place()
    await expect(fetch(`${stack.connect.urls[0]}/`, { signal: AbortSignal.timeout(1_000) })).rejects.toThrow()
    expect((await get(`${pipeline.addresses.DELIVERY_SERVICE_URL}/deliveries/${order}`)).status).toBe(404)
    await stack.part('connect-1').thaw()
    await eventually(() => delivered(order), patience)
  })

  it('report when a part ends by itself', async () => {
    const { stack } = pipeline
    const heard = new Promise<string>(resolve => stack.part('connect-1').onUnexpectedExit(resolve))
    const worker = await docker.run(['ps', '-q', '--filter', `ancestor=${images.connect}`, ...ours])
    await docker.run(['kill', worker.trim()])
    expect(await heard).toBe('exit code 137')
  })
})
