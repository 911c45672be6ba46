import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { migrate } from '@outbox-cdc/service-kit'
import knex, { type Knex } from 'knex'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Stack, startStack } from '@outbox-cdc/stack'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { mysqlConnections } from '@outbox-cdc/test-support/mysql-connections'
import { buildService, type TestService } from '../test/build-service.ts'

// These tests kill and freeze MySQL, so they start their own.
let stack: Stack
let dir: string
let url: string
let root: Knex

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'outage-'))
  stack = await startStack({ dir, parts: ['mysql'] })
  const { host, port, rootPassword } = stack.mysql
  const server = `mysql://root:${rootPassword}@${host}:${port}`
  root = knex({ client: 'mysql2', connection: server, pool: { min: 0, max: 1 } })
  await root.raw('CREATE DATABASE orders')
  url = `${server}/orders`
  await migrate({ url, directory: fileURLToPath(new URL('../migrations', import.meta.url)), report: () => undefined })
})
afterAll(async () => {
  await root.destroy()
  await stack.stopAll()
  await rm(dir, { recursive: true, force: true })
})

const order = { name: 'joon', quantity: 95 }

async function expectUnavailable({ post, get }: TestService): Promise<void> {
  const { status, headers, body } = await post(order)
  expect(body).toMatchObject({ status: 503, type: 'urn:problem-type:unavailable' })
  expect([status, headers.get('retry-after')]).toEqual([503, '2'])
  expect([(await get('/health/ready')).status, (await get('/health/live')).status]).toEqual([503, 200])
}

const expectOrder = ({ post, get }: TestService) =>
  eventually(async () => {
    expect((await post(order)).status).toBe(201)
    expect((await get('/health/ready')).status).toBe(200)
  })

it('answers 503 while MySQL is dead, and takes orders again by itself', async () => {
  const service = await buildService({ url })
  expect((await service.post(order)).status).toBe(201)
  await stack.part('mysql').kill()
  for (let repeat = 0; repeat < 2; repeat++) await expectUnavailable(service)
  await stack.part('mysql').start()
  await expectOrder(service)
})

it('starts while MySQL is dead', async () => {
  await stack.part('mysql').kill()
  const service = await buildService({ url })
  await expectUnavailable(service)
  await stack.part('mysql').start()
  await expectOrder(service)
})

it('is not ready, and says why, with a store that its table was not made for, even if MySQL was dead at its start', async () => {
  await stack.part('mysql').kill()
  const service = await buildService({ url, env: { OUTBOX_STORE: 'blackhole', OUTBOX_WRITER: '0' } })
  await stack.part('mysql').start()
  await eventually(async () =>
    expect(await service.get('/health/ready')).toMatchObject({
      status: 503,
      body: { checks: { mysql: 'up', outbox: 'The store is blackhole, but the table outbox was made for delete' } }
    })
  )
  expect((await service.post(order)).status).toBe(500)
})

it('answers 503 to every one of 40 clients while MySQL is frozen, and then takes orders again', async () => {
  const service = await buildService({ url })
  await Promise.all(Array.from({ length: 16 }, () => service.post(order)))
  await stack.part('mysql').freeze()
  try {
    await Promise.all(Array.from({ length: 40 }, () => expectUnavailable(service)))
  } finally {
    await stack.part('mysql').thaw()
  }
  await expectOrder(service)
})

it('never reuses a connection that a frozen MySQL left in the middle of a transaction', async () => {
  const service = await buildService({ url, env: { MYSQL_POOL_SIZE: '1' } })
  const connections = async () => {
    const all = await mysqlConnections(root)
    return all.filter(({ database }) => database === 'orders').map(({ id }) => id)
  }
  const ofProbes = await connections()
  await service.post(order)
  const [first] = (await connections()).filter(id => !ofProbes.includes(id))
  expect(first).toBeTypeOf('number')
  await stack.part('mysql').freeze()
  try {
    await expectUnavailable(service)
  } finally {
    await stack.part('mysql').thaw()
  }
  await expectOrder(service)
  await eventually(async () => {
    const now = await connections()
    expect(now).toHaveLength(2) // one for orders, one for the readiness check
    expect(now).not.toContain(first)
  })
})

it('waits only a limited time for a lock that another transaction holds', async () => {
  const service = await buildService({ url })
  const holder = await root.transaction()
  await holder.raw('USE orders')
  await holder.raw('LOCK TABLES customer_order READ')
  try {
    const withKey = service.post(order, { 'idempotency-key': '"waits for a table"' })
    for (const answer of await Promise.all([service.post(order), withKey]))
      expect(answer).toMatchObject({ status: 503, body: { detail: expect.stringContaining('Nothing was written') } })
  } finally {
    await holder.raw('UNLOCK TABLES')
    await holder.rollback()
  }
  await expectOrder(service)
})

it('stays ready while its requests fill the pool and wait', async () => {
  const service = await buildService({ url, env: { MYSQL_POOL_SIZE: '1' } })
  await service.post(order)
  const holder = await root.transaction()
  await holder.raw('USE orders')
  await holder.raw('LOCK TABLES customer_order READ')
  try {
    const waiting = Promise.all([service.post(order), service.post(order), service.post(order)])
    const answers = [await service.get('/health/ready'), await service.get('/health/ready')]
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect((await waiting).map(({ status }) => status)).toEqual([503, 503, 503])
  } finally {
    await holder.raw('UNLOCK TABLES')
    await holder.rollback()
  }
})
