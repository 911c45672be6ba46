import { setTimeout as sleep } from 'node:timers/promises'
import { isBroken, run } from '@outbox-cdc/connectctl'
import type { FlowState } from '@outbox-cdc/connectctl'
import type { RecordPage } from '@outbox-cdc/console/api/kafka-schemas'
import type { Flow } from '@outbox-cdc/console/api/pipeline-schemas'
import { appendToOutbox, defineEvent } from '@outbox-cdc/outbox'
import { Kafka, logLevel } from 'kafkajs'
import knex, { type Knex } from 'knex'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { eventually } from '../support/eventually.ts'
import { runScript } from '../support/run-script.ts'
import { startTestPipeline, type TestPipeline } from '../support/test-pipeline.ts'

// The keeper, the page's API, `npm run flow` and `connectctl status` must say the same at every moment.

const topic = 'orders_server.orders.outbox'
const orderCreated = defineEvent({
  name: 'order_created',
  aggregate: 'order',
  version: 1,
  payload: z.object({ name: z.string(), quantity: z.int() })
})
/** The page samples once a second, so it may still show what the keeper said a moment ago. */
const lagMs = 4_000

let pipeline: TestPipeline
let db: Knex
let consoleUrl = ''
/** What the keeper said, sampled all the time. */
const said: { readonly at: number; readonly state: FlowState }[] = []
const sampling = new AbortController()

beforeAll(async () => {
  pipeline = await startTestPipeline()
  consoleUrl = pipeline.addresses['CONSOLE_URL'] ?? ''
  const { host, port, rootPassword: password } = pipeline.stack.mysql
  db = knex({
    client: 'mysql2',
    connection: { host, port, user: 'root', password, database: 'orders' },
    pool: { max: 16 }
  })
  void sampleKeeper()
  await eventually(async () => expect((await look()).keeper).toBe('flowing'), { timeoutMs: 60_000 })
})

afterAll(async () => {
  sampling.abort()
  await db?.destroy()
  await pipeline?.stop()
})

async function json<T>(url: string): Promise<T> {
  return (await (await fetch(url, { signal: AbortSignal.timeout(10_000) })).json()) as T
}

async function keeperState(): Promise<FlowState> {
  const { connectors } = await json<{ connectors: { state: FlowState }[] }>(
    `${pipeline.addresses['KEEPER_URL']}/status`
  )
  return connectors[0]?.state ?? 'unknown'
}

async function sampleKeeper(): Promise<void> {
  while (!sampling.signal.aborted) {
    said.push({ at: Date.now(), state: await keeperState() })
    await sleep(200)
  }
}

async function connectctlState(): Promise<FlowState> {
  let out = ''
  await run(['--json', 'status', 'orders-connector'], {
    environment: pipeline.addresses,
    write: text => void (out += text),
    note: () => undefined,
    confirm: () => Promise.resolve(false),
    colour: false,
    untilStopped: () => Promise.resolve()
  })
  return (JSON.parse(out) as { state: FlowState }[])[0]?.state ?? 'unknown'
}

async function flowScript(): Promise<Flow> {
  const script = runScript('scripts/flow.ts', pipeline.settings, ['--json', '--url', consoleUrl])
  await script.ended()
  return JSON.parse(script.output()) as Flow
}

/** Asks all four, and fails where one says what the keeper did not say around that time. */
async function look() {
  const from = Date.now() - lagMs
  const [page, flow, status] = await Promise.all([
    json<Flow>(`${consoleUrl}/api/flow`),
    flowScript(),
    connectctlState()
  ])
  await sleep(200)
  const recent = said.filter(({ at }) => at >= from).map(({ state }) => state)
  for (const state of [page.hops[0]?.verdict?.state, flow.hops[0]?.verdict?.state, status])
    expect(recent).toContain(state)
  const red = recent.some(state => isBroken({ state }))
  for (const { headline } of [page, flow])
    if (headline.state === 'stopped') expect({ headline, red }).toMatchObject({ red: true })
  return { page, flow, status, keeper: recent.at(-1) ?? 'unknown' }
}

/** Orders whose transactions commit in another order than that of their ids, one in five of them rolled back. */
async function burst(orders: number): Promise<void> {
  const order = { name: 'joon', quantity: 95 }
  const one = async (index: number, holdMs: number) => {
    const trx = await db.transaction()
    const [id = 0] = await trx('customer_order').insert(order)
    await appendToOutbox(trx, orderCreated({ aggregateId: id, aggregateVersion: 1, payload: order }))
    await sleep(holdMs)
    await (index % 5 === 0 ? trx.rollback() : trx.commit())
  }
  const first = one(1, 3_000) // the lowest id, committed last
  await Promise.all(
    Array.from({ length: 12 }, async (_, client) => {
      for (let index = client; index < orders; index += 12) await one(index, Math.random() * 60)
    })
  )
  await first
}

/** Writes records of the topic a second time, as Connect does after a crash. */
async function duplicateRecords(): Promise<void> {
  const { items } = await json<RecordPage>(`${consoleUrl}/api/topics/${topic}/records?limit=20`)
  const kafka = new Kafka({ brokers: [...pipeline.stack.kafka.brokers], logLevel: logLevel.NOTHING })
  const producer = kafka.producer()
  await producer.connect()
  const messages = items.map(({ partition, rawKey, rawValue, headers }) => ({
    partition,
    key: rawKey,
    value: rawValue,
    headers: Object.fromEntries(headers.map(({ name, value }) => [name, value ?? '']))
  }))
  await producer.send({ topic, messages })
  await producer.disconnect()
}

it('is the same everywhere and never red while events flow, whatever the order of ids, commits and records', async () => {
  const began = Date.now()
  for (let round = 0; round < 3; round++) {
    const work = Promise.all([burst(120), sleep(500).then(duplicateRecords)])
    onTestFinished(() => work.then(() => undefined))
    for (let checks = 0; checks < 3; checks++) {
      const { page, flow } = await look()
      expect([page.headline.state, flow.headline.state]).not.toContain('stopped')
    }
    await work
  }
  expect(new Set(said.filter(({ at }) => at >= began).map(({ state }) => state))).toEqual(new Set(['flowing']))
  await eventually(async () => expect((await look()).page.headline.state).toBe('ok'), { timeoutMs: 60_000 })
})

it('turns red everywhere when no probe comes through, and recovers everywhere', async () => {
  const worker = pipeline.stack.part('connect-1')
  await worker.freeze()
  const allRed = async () => {
    const { page, flow, status, keeper } = await look()
    expect([page, flow].map(({ headline }) => headline.state)).toEqual(['stopped', 'stopped'])
    expect([status, keeper].map(state => isBroken({ state }))).toEqual([true, true])
  }
  await eventually(allRed, { timeoutMs: 60_000 })
  await worker.thaw()
  const allWell = async () => {
    const { page, flow, status, keeper } = await look()
    expect([page, flow].map(({ headline }) => headline.state)).toEqual(['ok', 'ok'])
    expect([status, keeper]).toEqual(['flowing', 'flowing'])
  }
  await eventually(allWell, { timeoutMs: 90_000 })
})
