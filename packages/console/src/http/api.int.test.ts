import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { startConsole, useConsoleBench, useStub } from '../testing/console-bench.ts'

type Operation = {
  readonly responses: { readonly 200: { content: { 'application/json': { schema: z.core.JSONSchema.JSONSchema } } } }
}
type Document = { readonly paths: Readonly<Record<string, { readonly get?: Operation }>> }

const failedTask = {
  id: 0,
  state: 'FAILED',
  worker_id: 'w',
  trace: 'x.Wrapper: no\n\tat a\nCaused by: y.Z: the binlog was purged'
}
const connectors = {
  orders: {
    status: { name: 'orders', type: 'source', connector: { state: 'RUNNING', worker_id: 'w' }, tasks: [failedTask] },
    info: { config: { 'connector.class': 'a.b.MySql', 'database.password': 'hunter2', 'database.port': '3306' } }
  }
}

describe('the JSON API', () => {
  it('answers every documented path in the documented shape', async () => {
    const connect = await useStub({
      '/connectors?expand=status': connectors,
      '/connectors?expand=status&expand=info': connectors,
      '/connectors/orders/offsets': { offsets: [{ partition: {}, offset: { file: 'binlog.000001', pos: 4 } }] }
    })
    const bench = await useConsoleBench({ CONNECT_URL: connect.url, CONNECTOR_NAME: 'orders' })
    const [id] = await bench.orders.db('customer_order').insert({ name: 'joon', quantity: 95 })
    await bench.produce([{ eventId: Number(id), payload: { name: 'joon', quantity: 95 } }])
    const offsets = [0, 1, 2].map(partition => ({ partition, offset: 0n }))
    await bench.admin.alterConsumerGroupOffsets({
      groupId: bench.group,
      topics: [{ name: bench.topic, partitionOffsets: offsets }]
    })
    const names = { id: String(id), topic: bench.topic, group: bench.group, connector: 'orders' }

    const document = (await bench.get('/api/openapi.json')).body as Document
    const paths = Object.entries(document.paths).filter(([, { get }]) => get !== undefined)
    expect(paths.length).toBeGreaterThan(12)
    for (const [path, { get }] of paths) {
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: keyof typeof names) => names[name])
      const { status, body } = await bench.get(filled === '/api/parked/events' ? `${filled}?consumer=a&key=b` : filled)
      expect({ path, status }).toEqual({ path, status: 200 })
      const schema = z.fromJSONSchema(get!.responses[200].content['application/json'].schema)
      expect({ path, problems: schema.safeParse(body).error?.issues ?? [] }).toEqual({ path, problems: [] })
    }
  })

  it('gives one verdict with its cause, and keeps the secret to itself', async () => {
    const connect = await useStub({ '/connectors?expand=status&expand=info': connectors })
    const bench = await useConsoleBench({ CONNECT_URL: connect.url })
    const { body, text } = await bench.get('/api/connectors/orders')
    expect(body).toMatchObject({ verdict: { state: 'stopped', words: 'task 0 failed: Z: the binlog was purged' } })
    expect(text).not.toContain('hunter2')
    expect((body as { config: object[] }).config).toContainEqual({ key: 'database.password', value: '', hidden: true })
  })

  it('goes on counting what waits in MySQL after an event of a far higher id went by', async () => {
    const bench = await useConsoleBench()
    const place = async () =>
      Number((await bench.orders.db('customer_order').insert({ name: 'joon', quantity: 95 }))[0])
    await bench.produce([{ eventId: 1_000_001 }])
    await bench.produce([{ eventId: await place() }])
    for (let order = 0; order < 3; order++) await place()
    await eventually(async () => {
      const { body } = await bench.get('/api/flow')
      const { hops } = body as { hops: { id: string; waiting: { events: number } | null }[] }
      expect(hops.find(({ id }) => id === 'debezium')?.waiting?.events).toBe(3)
    })
  })

  it('says that there is no such group rather than that nothing is delivered', async () => {
    const bench = await useConsoleBench({ CONNECT_URL: '', AGGREGATE_MYSQL_URL: '', EFFECT_MYSQL_URL: '' })
    await eventually(async () => {
      const { body } = await bench.get('/api/flow')
      const text = expect.stringContaining(`There is no group ${bench.group}`)
      expect(body).toMatchObject({ headline: { state: 'unknown', text } })
    })
  })

  it('names what is wrong with a request', async () => {
    const bench = await useConsoleBench()
    expect(await bench.get('/api/orders/0')).toMatchObject({ status: 400 })
    expect(await bench.get('/api/topics/no-such-topic')).toMatchObject({ status: 404 })
    expect(await bench.get(`/api/topics/${bench.topic}/records?before=nonsense`)).toMatchObject({ status: 400 })
    expect(await bench.get('/api/nothing')).toMatchObject({ status: 404, body: { type: 'urn:problem-type:not-found' } })
  })

  it('starts, says what is away and stops when nothing at all is there', async () => {
    const closed = '127.0.0.1:9'
    const url = await startConsole({
      KAFKA_BROKERS: closed,
      CONNECT_URL: `http://${closed}`,
      AGGREGATE_MYSQL_URL: `mysql://a:b@${closed}/c`,
      EFFECT_MYSQL_URL: `mysql://a:b@${closed}/c`,
      WRITER_URL: `http://${closed}`
    })
    await eventually(async () => {
      const flow = (await (await fetch(`${url}/api/flow`)).json()) as { headline: object; hops: { state: string }[] }
      expect(flow.headline).toMatchObject({
        state: 'stopped',
        text: expect.stringMatching(/^MySQL (has not answered for .*|does not answer any more): connection refused at/)
      })
      expect(flow.hops.map(({ state }) => state)).toEqual(['stopped', 'stopped', 'stopped', 'stopped', 'stopped'])
    })
    const topics = await fetch(`${url}/api/topics`)
    expect(topics.status).toBe(503)
    expect(await topics.json()).toMatchObject({ detail: expect.stringMatching(/^Kafka: /) })
    expect((await fetch(`${url}/api/orders`)).status).toBe(503)
  })
})
