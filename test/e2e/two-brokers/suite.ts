import { setTimeout as sleep } from 'node:timers/promises'
import { check } from '@outbox-cdc/customers-and-orders/test/check'
import { withAdmin } from '@outbox-cdc/stack'
import { openHttpConnections } from '@outbox-cdc/test-support/load/http-connections'
import { startOrderLoad } from '@outbox-cdc/test-support/load/order-load'
import { seededRandom } from '@outbox-cdc/test-support/load/seeded-random'
import { ConfigResourceTypes, type KafkaMessage, logLevel } from 'kafkajs'
import type { Knex } from 'knex'
import { expect, it } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { get } from '../../support/http.ts'
import type { TestPipeline } from '../../support/test-pipeline.ts'

type Using = {
  readonly pipeline: TestPipeline
  readonly customers: Knex
  readonly orders: Knex
  readonly recordsOf: (topic: string) => Promise<readonly KafkaMessage[]>
}

// What only bounds a failure: a broker of a busy machine takes long to be in sync again.
const patience = { timeoutMs: 180_000, everyMs: 250 }

// Servers that ran before can neither be counted on to be two, nor be killed from here.
const test = it.skipIf(process.env['STACK'] === 'external')

/** What two brokers promise, on a system that runs already. Each test has customers of its own. */
export function twoBrokersSuite(use: () => Using): void {
  test('has every topic on both brokers, and elects no leader that lacks records', async () => {
    const { pipeline } = use()
    const partitions = await partitionsOf(pipeline)
    const names = new Set(partitions.map(({ topic }) => topic))
    const internal = ['__consumer_offsets', 'connect_configs', 'connect_offsets', 'connect_statuses']
    for (const topic of [...internal, ...pipeline.settings.system.topics.map(({ name }) => name)])
      expect(names, topic).toContain(topic)
    for (const { topic, replicas } of partitions)
      expect(
        replicas.toSorted((a, b) => a - b),
        topic
      ).toEqual([1, 2])
    for (const [topic, settings] of await settingsOf(pipeline, [...names]))
      expect(settings, topic).toMatchObject({
        'min.insync.replicas': '1',
        'unclean.leader.election.enable': 'false'
      })
  })

  test('settles every order of 100 a second, once, while each service, each broker and MySQL are killed', async () => {
    const { pipeline, customers, orders } = use()
    const load = await startLoad(use())
    try {
      await load.acceptsMore()
      await outage(pipeline, 'customer-service', () => isStuck(pipeline, load.accepted))
      await load.acceptsMore()
      await outage(pipeline, 'order-service')
      await load.acceptsMore()
      for (const broker of ['kafka-1', 'kafka-2']) {
        await outage(pipeline, broker, () => load.acceptsMore())
        await eventually(async () => {
          const behind = (await partitionsOf(pipeline)).filter(({ isr }) => isr.length < 2)
          expect(behind.map(({ topic, partitionId }) => `${topic} ${partitionId}`)).toEqual([])
        }, patience)
        await load.acceptsMore()
      }
      await outage(pipeline, 'mysql')
      await load.acceptsMore()
    } finally {
      await load.stop()
    }
    const placed = await eventually(async () => {
      await check({ customers: { db: customers }, orders: { db: orders } }, load.customers)
      return orders('customer_order').whereIn('customer_id', load.customers)
    }, patience)
    const ids = new Set(placed.map(({ id }) => id))
    expect(load.accepted.filter(id => !ids.has(id))).toEqual([])
    expect(new Set(placed.map(({ state }) => state))).toEqual(new Set(['APPROVED', 'REJECTED', 'CANCELLED']))
    await requireOneOfEach(use(), ids)
    await eventually(async () => expect(await stuckOf(pipeline, ids)).toEqual([]), patience)
  }, 900_000)
}

/** Kills a part, keeps it away until `meanwhile` is over, and starts it again. */
async function outage({ services, stack }: TestPipeline, name: string, meanwhile?: () => Promise<unknown>) {
  const part = services.get(name) ?? stack.part(name)
  await part.kill()
  try {
    await meanwhile?.()
  } finally {
    await part.start()
  }
}

/**
 * 100 orders a second of 50 customers with small limits; each tenth is cancelled, whatever has become of it by then. The load
 * pauses while 500 orders wait for their outcome, so that a slow machine isn't left with more than it can settle.
 */
async function startLoad({ pipeline, orders }: Using) {
  const { ports } = pipeline.settings
  const random = seededRandom(1)
  const upTo = (most: number) => 1 + Math.floor(random() * most)
  const open = (service: string) =>
    openHttpConnections(`http://127.0.0.1:${ports[service]}`, { most: 32, answerWithinMs: 10_000 })
  const [atCustomers, atOrders] = [open('customer-service'), open('order-service')]
  const registrations = Array.from({ length: 50 }, async () => {
    const body = JSON.stringify({ name: 'Kim', creditLimit: upTo(2_000) })
    return Number(JSON.parse((await atCustomers.post({ path: '/customers', body })).body).id)
  })
  const customers = await Promise.all(registrations)
  const accepted: number[] = []
  const send = async () => {
    // Half of the orders are of one customer, so that many are decided at the same time.
    const customerId = customers[random() < 0.5 ? 0 : Math.floor(random() * customers.length)]
    const body = JSON.stringify({ customerId, orderTotal: upTo(60) })
    const { status, body: answer } = await atOrders.post({ path: '/orders', body })
    if (status !== 201) return
    const id = Number(JSON.parse(answer).id)
    accepted.push(id)
    if (accepted.length % 10 === 0) await atOrders.post({ path: `/orders/${id}/cancel`, body: '{}' })
  }
  const load = startOrderLoad({ perSecond: 100, mostOpen: 100, send })
  const waiting = () => orders('customer_order').whereIn('state', ['PENDING', 'CANCEL_PENDING']).limit(500)
  const brake = repeat(async () => load.pause((await waiting()).length === 500))
  return {
    customers,
    accepted,
    /** Resolves when 100 more orders were accepted: the load has really met what happens now. */
    async acceptsMore() {
      const enough = accepted.length + 100
      await eventually(() => expect(accepted.length).toBeGreaterThanOrEqual(enough), patience)
    },
    async stop() {
      await brake.stop()
      await load.stop()
      atCustomers.close()
      atOrders.close()
    }
  }
}

/** Does the work again and again, also after it failed. */
function repeat(work: () => Promise<unknown>): { readonly stop: () => Promise<void> } {
  let stopped = false
  const run = async () => {
    for (; !stopped; await sleep(250)) await work().catch(() => undefined)
  }
  const running = run()
  const stop = () => {
    stopped = true
    return running
  }
  return { stop }
}

type Stuck = { readonly aggregateId: string; readonly missing: readonly string[] }

/** What the console says is missing of these orders. */
async function stuckOf({ addresses }: TestPipeline, ids: ReadonlySet<number>): Promise<readonly string[]> {
  const { status, body, text } = await get(`${addresses['CONSOLE_URL']}/api/sagas`)
  expect(status, text).toBe(200)
  const stuck: readonly Stuck[] = body.stuck
  return stuck.filter(({ aggregateId }) => ids.has(Number(aggregateId))).flatMap(({ missing }) => missing)
}

/** Waits until the console names the service that is silent, and what it has not sent. */
const isStuck = (pipeline: TestPipeline, accepted: readonly number[]) =>
  eventually(async () => {
    const missing = await stuckOf(pipeline, new Set(accepted))
    expect(missing).toContainEqual(expect.stringMatching(/^customer-service has not sent .*customer_credit_reserved/))
  }, patience)

/** Each order was announced once and answered at most once, however often a record of that lies in the topic. */
async function requireOneOfEach({ recordsOf }: Using, ids: ReadonlySet<number>): Promise<void> {
  const ordersOf = async (topic: string, events: readonly string[]) => {
    const found = new Map<string, number>()
    for (const { key, headers = {} } of await recordsOf(topic)) {
      const order = Number(/(\d+)\D*$/.exec(String(key))?.[1])
      if (events.includes(String(headers['event'])) && ids.has(order)) found.set(String(headers['message_id']), order)
    }
    return [...found.values()].toSorted((a, b) => a - b)
  }
  const all = [...ids].toSorted((a, b) => a - b)
  expect(await ordersOf('orderTopic', ['order_created'])).toEqual(all)
  const cancelled = await ordersOf('orderTopic', ['order_cancelled'])
  expect(cancelled).toEqual([...new Set(cancelled)])
  const answered = await ordersOf('customerTopic', ['customer_credit_reserved', 'customer_credit_limit_exceeded'])
  expect(answered).toEqual([...new Set(answered)])
}

const adminOf = ({ brokers }: TestPipeline['stack']['kafka']) => ({
  brokers: [...brokers],
  clientId: 'test',
  logLevel: logLevel.NOTHING,
  retry: { retries: 10 }
})

/** Every partition of the cluster, the internal topics' too. */
const partitionsOf = ({ stack }: TestPipeline) =>
  withAdmin(adminOf(stack.kafka), async admin => {
    const { topics } = await admin.fetchTopicMetadata()
    return topics.flatMap(({ name, partitions }) => partitions.map(partition => ({ topic: name, ...partition })))
  })

/** The settings of each topic, as the brokers apply them. */
const settingsOf = ({ stack }: TestPipeline, names: readonly string[]) =>
  withAdmin(adminOf(stack.kafka), async admin => {
    const resources = names.map(name => ({ type: ConfigResourceTypes.TOPIC, name }))
    const described = await admin.describeConfigs({ includeSynonyms: false, resources })
    const entries = described.resources.map(
      ({ resourceName, configEntries }) =>
        [
          resourceName,
          Object.fromEntries(configEntries.map(({ configName, configValue }) => [configName, configValue]))
        ] as const
    )
    return new Map(entries)
  })
