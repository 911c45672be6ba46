import { randomUUID } from 'node:crypto'
import { type OneTripOutbox, openOneTripOutbox, sql } from '@outbox-cdc/outbox/one-trip'
import { createOneTripOutbox } from '@outbox-cdc/service-kit'
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import type { Answer } from '@outbox-cdc/test-support/http'
import { mysqlConnections } from '@outbox-cdc/test-support/mysql-connections'
import { buildService, createOrdersDatabase, type OrdersDatabase } from '../../test/build-service.ts'
import { outboxWith } from '../../test/outbox-with.ts'
import { pruneKeys } from './key-store.ts'

let database: OrdersDatabase
beforeAll(async () => void (database = await createOrdersDatabase()))
afterAll(() => database.drop())

let published = 0
beforeEach(() => void (published = 0))

/** The service's outbox, which counts what it has published. */
function counting(): OneTripOutbox {
  const outbox = createOneTripOutbox({ url: database.url, name: 'order-service' })
  onTestFinished(outbox.close)
  return {
    ...outbox,
    async commit(statements, events) {
      const results = await outbox.commit(statements, events)
      published += [events].flat().length
      return results
    }
  }
}

const order = () => ({ name: randomUUID(), quantity: 95 })
const withKey = (key: string = randomUUID()) => ({ 'idempotency-key': `"${key}"` })
const ordersOf = ({ name }: { name: string }) => database.db('customer_order').where({ name })
const build = (outbox: OneTripOutbox = counting(), env = {}) =>
  buildService({ url: database.url, overrides: { outbox }, env })
const gist = ({ status, body, headers }: Answer) => ({ status, body, location: headers.get('location') })

/**
 * A service whose transactions wait, with key and order written, until `release`. `entered` says on which connection.
 */
async function buildHolding() {
  const lock = randomUUID()
  const holder = await database.db.transaction()
  await holder.raw('DO GET_LOCK(?, 0)', [lock])
  const release = async () => {
    await holder.raw('DO RELEASE_ALL_LOCKS()')
    await holder.rollback()
  }
  const patient = await openOneTripOutbox({ connection: database.url, silenceMs: 60_000 })
  onTestFinished(patient.close)
  const wait = sql`DO GET_LOCK(${lock}, ${50})`
  const outbox: OneTripOutbox = {
    ...patient,
    commit: (statements, events) => patient.commit([...[statements].flat(), wait], events)
  }
  const entered = () =>
    eventually(async () => {
      const waiting = (await mysqlConnections(database.db)).find(({ statement }) => statement?.includes(lock))
      expect(waiting).toBeDefined()
      return waiting?.id ?? 0
    })
  return { ...(await build(outbox)), entered, release }
}

it('answers a repeat with the first answer, also on another replica, and writes nothing more', async () => {
  const [one, another] = [await build(), await build()]
  const [body, key] = [order(), withKey()]
  const first = await one.post(body, key)
  const repeats = [await one.post(body, key), await another.post({ quantity: 95, name: body.name }, key)]
  expect(first.status).toBe(201)
  for (const repeat of repeats) expect(gist(repeat)).toEqual(gist(first))
  expect([published, (await ordersOf(body)).length]).toEqual([1, 1])
  const next = await another.post(order())
  expect(next.body.id).toBe(first.body.id + 1)
})

it('keeps the answer byte for byte, as older versions do, and repeats what they have kept', async () => {
  const { post } = await build()
  const [body, key] = [{ name: `'"\\ 😀 {"id":7}`, quantity: 95 }, randomUUID()]
  const first = await post(body, withKey(key))
  const row = () => database.db('idempotency_key').where({ id: key }).first('result')
  expect(await row()).toEqual({ result: first.text })
  const older = JSON.stringify({ ...first.body, id: 4711 })
  await database.db('idempotency_key').where({ id: key }).update({ result: older })
  expect(await post(body, withKey(key))).toMatchObject({ status: 201, text: older })
})

it('treats a key with and without quotes as the same', async () => {
  const { post } = await build()
  const [body, key] = [order(), randomUUID()]
  const first = await post(body, { 'idempotency-key': `"${key}"` })
  expect(gist(await post(body, { 'idempotency-key': key }))).toEqual(gist(first))
})

it('makes two orders from two requests without a key', async () => {
  const { post } = await build()
  const body = order()
  await post(body)
  await post(body)
  expect(await ordersOf(body)).toHaveLength(2)
})

it('answers 422 when the key comes with another body, and keeps the first answer', async () => {
  const { post } = await build()
  const [body, key] = [order(), withKey()]
  const first = await post(body, key)
  const other = await post({ ...body, quantity: 96 }, key)
  expect([other.status, other.body.type]).toEqual([422, 'urn:problem-type:key-reused'])
  expect(gist(await post(body, key))).toEqual(gist(first))
  expect(await ordersOf(body)).toHaveLength(1)
})

it('answers 409 while the first still runs, on every replica, and the first answer afterwards', async () => {
  const [one, another] = [await buildHolding(), await build()]
  const [body, key] = [order(), withKey()]
  const first = one.post(body, key)
  await one.entered()
  const during = await Promise.all([another.post(body, key), another.post({ ...body, quantity: 96 }, key)])
  await one.release()
  for (const { status, headers } of during) expect([status, headers.get('retry-after')]).toEqual([409, '1'])
  expect((await first).status).toBe(201)
  expect(gist(await another.post(body, key))).toEqual(gist(await first))
  expect([published, (await ordersOf(body)).length]).toEqual([0, 1])
})

it('forgets a key whose request failed, so the next request counts as the first', async () => {
  const failing = await build(outboxWith(database.url, sql`INSERT INTO no_such_table (id) VALUES (${1})`))
  const another = await build()
  const [body, key] = [order(), withKey()]
  expect((await failing.post(body, key)).status).toBe(500)
  expect((await another.post(body, key)).status).toBe(201)
  expect(await ordersOf(body)).toHaveLength(1)
})

it('frees the key of a request whose connection died half-way', async () => {
  const [one, another] = [await buildHolding(), await build()]
  const [body, key] = [order(), withKey()]
  const first = one.post(body, key)
  await database.db.raw('KILL ?', [await one.entered()])
  const { status, body: problem } = await first
  await one.release()
  expect([status, problem.detail]).toEqual([503, expect.stringContaining('same Idempotency-Key')])
  expect((await another.post(body, key)).status).toBe(201)
  expect(await ordersOf(body)).toHaveLength(1)
})

it('makes one order and one event from 50 requests at once on two replicas', async () => {
  const replicas = [await build(), await build()]
  for (let round = 0; round < 5; round++) {
    published = 0
    const [body, key] = [order(), withKey()]
    const posts = Array.from({ length: 50 }, (_, index) => replicas[index % 2]!.post(body, key))
    const answers = await Promise.all(posts)
    const [winner, ...same] = answers.filter(({ status }) => status === 201).map(gist)
    for (const answer of same) expect(answer).toEqual(winner)
    for (const { status } of answers) expect([201, 409]).toContain(status)
    expect(winner).toMatchObject({ status: 201, body: { name: body.name } })
    expect(await ordersOf(body)).toHaveLength(1)
    expect(published).toBe(1)
    expect(gist(await replicas[0]!.post(body, key))).toEqual(winner)
  }
})

it('answers 400 for an invalid key, and writes nothing', async () => {
  const { post } = await build()
  const body = order()
  const { status, body: problem } = await post(body, { 'idempotency-key': '"half' })
  expect([status, problem.errors[0].field]).toEqual([400, 'idempotency-key'])
  expect(await ordersOf(body)).toEqual([])
})

it('lets keys expire, and prunes them a few at a time', async () => {
  const { post } = await build(counting(), { IDEMPOTENCY_KEY_TTL_S: '3600' })
  const [body, key] = [order(), randomUUID()]
  const first = await post(body, withKey(key))
  const expire = () =>
    database.db('idempotency_key').update({ expires_at: database.db.raw('NOW(6) - INTERVAL 1 SECOND') })
  await expire()
  const second = await post(body, withKey(key))
  expect([second.status, second.body.id]).toEqual([201, expect.any(Number)])
  expect(second.body.id).not.toBe(first.body.id)
  expect(gist(await post(body, withKey(key)))).toEqual(gist(second))
  for (let more = 0; more < 4; more++) await post(order(), withKey())
  await expire()
  const [{ n: before }] = (await database.db('idempotency_key').count({ n: '*' })) as [{ n: number }]
  expect([await pruneKeys(database.db, 2), await pruneKeys(database.db, 1000)]).toEqual([2, Number(before) - 2])
  expect(await database.db('idempotency_key')).toEqual([])
})

it('prunes without waiting for running requests, however few keys there are', async () => {
  const { db } = database
  const key = (id: string, seconds: number) => ({
    id,
    fingerprint: Buffer.alloc(32),
    result: '',
    expires_at: db.raw('NOW(6) + INTERVAL ? SECOND', [seconds])
  })
  await db('idempotency_key').insert([key('old 1', -1), key('old 2', -1)])
  const request = await db.transaction()
  await request('idempotency_key').insert([key('old 1 and a half', 3600), key('new', 3600)])
  expect(await pruneKeys(db, 1000)).toBe(2)
  await request.rollback()
})
