import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { eventually } from '@outbox-cdc/test-support/eventually'
import type { Flow } from '../api/pipeline-schemas.ts'
import { noDatabases, startConsole, useConsoleBench, useStub } from '../testing/console-bench.ts'

type Operation = {
  readonly responses: { readonly 200: { content: { 'application/json': { schema: z.core.JSONSchema.JSONSchema } } } }
}
type Document = {
  readonly components: { readonly schemas: Readonly<Record<string, z.core.JSONSchema.JSONSchema>> }
  readonly paths: Readonly<Record<string, { readonly get?: Operation }>>
}

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
      '/connectors?expand=status&expand=info': connectors,
      '/connectors/orders/offsets': { offsets: [{ partition: {}, offset: { file: 'binlog.000001', pos: 4 } }] }
    })
    const starter = await useStub({ '/targets': { targets: [] }, '/faults': { running: [], over: [] } })
    const places = { CONNECT_URL: connect.url, PLAYGROUND_URL: starter.url }
    const bench = await useConsoleBench(places, { connector: 'orders', writerCalls: ['account'] })
    const [id] = await bench.orders.db('customer_order').insert({ name: 'joon', quantity: 95 })
    const headers = { correlation_id: 'saga-1' }
    await bench.produce([{ eventId: Number(id), payload: { name: 'joon', quantity: 95 }, headers }])
    await eventually(async () => expect(await bench.get('/api/sagas/saga-1')).toMatchObject({ status: 200 }))
    const offsets = [0, 1, 2].map(partition => ({ partition, offset: 0n }))
    await bench.admin.alterConsumerGroupOffsets({
      groupId: bench.group,
      topics: [{ name: bench.topic, partitionOffsets: offsets }]
    })
    const names = {
      aggregate: 'order',
      id: String(id),
      topic: bench.topic,
      group: bench.group,
      connector: 'orders',
      correlationId: 'saga-1'
    }

    const { text } = await bench.get('/api/openapi.json')
    const document = JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')) as Document
    const { schemas } = document.components
    const paths = Object.entries(document.paths).filter(([, { get }]) => get !== undefined)
    expect(paths.length).toBeGreaterThan(12)
    for (const [path, { get }] of paths) {
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: keyof typeof names) => names[name])
      const { status, body } = await bench.get(filled === '/api/parked/events' ? `${filled}?consumer=a&key=b` : filled)
      expect({ path, status }).toEqual({ path, status: 200 })
      const schema = z.fromJSONSchema({ ...get!.responses[200].content['application/json'].schema, $defs: schemas })
      expect({ path, problems: schema.safeParse(body).error?.issues ?? [] }).toEqual({ path, problems: [] })
    }
  })

  it('gives one verdict with its cause, and never sends a secret', async () => {
    const connect = await useStub({ '/connectors?expand=status&expand=info': connectors })
    const bench = await useConsoleBench({ CONNECT_URL: connect.url })
    const { body, text } = await bench.get('/api/connectors/orders')
    expect(body).toMatchObject({
      verdict: { state: 'stopped', words: 'failed: task 0 failed: Z: the binlog was purged' }
    })
    expect(text).not.toContain('hunter2')
    expect((body as { config: object[] }).config).toContainEqual({ key: 'database.password', value: '', hidden: true })
  })

  it('takes the verdict from the keeper, and says that it cannot tell without one', async () => {
    const connectors = [{ name: 'orders-connector', state: 'silent', reason: 'nothing comes through', since: 1 }]
    const keeper = await useStub({ '/status': { connectors } })
    const verdictOf = async (env: Readonly<Record<string, string>>) => {
      const bench = await useConsoleBench({ CONNECT_URL: '', ...env })
      // Rows without records, in any order: only the keeper knows whether their events flow.
      await bench.orders.db('customer_order').insert([{ id: 900 }, { id: 3 }])
      return eventually(async () => {
        const { headline, hops } = (await bench.get('/api/flow')).body as Flow
        expect(headline.text).not.toContain('Looking')
        return { headline, verdict: hops[0]?.verdict }
      })
    }
    expect(await verdictOf({ KEEPER_URL: keeper.url })).toMatchObject({
      headline: { state: 'stopped', text: 'Events do not leave MySQL: nothing comes through.' },
      verdict: { state: 'silent' }
    })
    expect(await verdictOf({})).toMatchObject({ headline: { state: 'unknown' }, verdict: null })
  })

  it('calls a table or a column that does not exist an error of the configuration', async () => {
    const bench = await useConsoleBench({}, { aggregate: { table: 'nowhere' }, effect: { appliedAtColumn: 'never' } })
    expect(await bench.get('/api/orders')).toMatchObject({
      status: 501,
      body: { detail: expect.stringMatching(/nowhere' doesn't exist. Check aggregate.table/) }
    })
    await eventually(async () => {
      const parts = hopIn((await bench.get('/api/flow')).body)?.parts
      const words = (id: string) => parts?.find(part => part.id === id)?.words
      expect(words('database')).toMatch(/^configuration error: Table/)
      expect(words('delivery')).toMatch(/^configuration error: Unknown column 'never'/)
    })
  })

  it('documents every path without a reference that leads nowhere', async () => {
    const bench = await useConsoleBench({ CONNECT_URL: '' })
    const { body, text } = await bench.get('/api/openapi.json')
    const { schemas } = (body as { components: { schemas: Record<string, object> } }).components
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference = '']) => reference)
    expect(references.length).toBeGreaterThan(0)
    const known = Object.keys(schemas).map(name => `#/components/schemas/${name}`)
    expect(references.filter(reference => !known.includes(reference))).toEqual([])
  })

  it('says that there is no such group rather than that nothing is delivered', async () => {
    const keeper = await useStub({
      '/status': { connectors: [{ name: 'orders-connector', state: 'flowing', reason: 'x' }] }
    })
    const bench = await useConsoleBench({ CONNECT_URL: '', KEEPER_URL: keeper.url }, noDatabases)
    await eventually(async () => {
      const { body } = await bench.get('/api/flow')
      const text = expect.stringContaining(`There is no group ${bench.group}`)
      expect(body).toMatchObject({ headline: { state: 'unknown', text } })
    })
  })

  it('names what is wrong with a request', async () => {
    const bench = await useConsoleBench()
    expect(await bench.get(`/api/orders/${'x'.repeat(300)}`)).toMatchObject({ status: 400 })
    expect(await bench.get('/api/parked/events?consumer=m%C2%B1&key=1')).toMatchObject({
      status: 400,
      body: { detail: 'consumer must be 1 to 64 ASCII characters' }
    })
    for (const at of ['5.9e66', '-1', '8640000000000001'])
      expect(await bench.get(`/api/topics/${bench.topic}/records?at=${at}`)).toMatchObject({ status: 400 })
    expect(await bench.act('/api/orders', [null])).toMatchObject({ status: 400 })
    expect(await bench.get('/api/orders?hop=none')).toMatchObject({
      status: 404,
      body: { detail: 'There is no hop none' }
    })
    expect(await bench.get('/api/topics/no-such-topic')).toMatchObject({ status: 404 })
    expect(await bench.get(`/api/topics/${bench.topic}/records?before=nonsense`)).toMatchObject({ status: 400 })
    expect(await bench.get('/api/nothing')).toMatchObject({ status: 404, body: { type: 'urn:problem-type:not-found' } })
  })

  it('answers a method that it does not know with 405 and those that it knows', async () => {
    const bench = await useConsoleBench({ CONNECT_URL: '' })
    const about = await bench.get('/api/openapi.json')
    const { paths } = about.body as Document
    const others = [
      '/api/openapi.json',
      '/api/flow/stream',
      '/api/saga-search',
      '/metrics',
      '/health/live',
      '/',
      '/topics',
      '/app.js'
    ]
    for (const path of [...Object.keys(paths), ...others]) {
      const answer = await fetch(`${bench.url}${path.replaceAll(/[{}]/g, '')}`, { method: 'DELETE' })
      expect({ path, status: answer.status, allow: answer.headers.get('allow') }).toEqual({
        path,
        status: 405,
        allow: expect.stringMatching(/^(GET, HEAD|POST|GET, HEAD, POST)$/)
      })
    }
  })

  it('follows the event of an aggregate with a UUID, without a table of the consumer', async () => {
    const bench = await useConsoleBench({}, { effect: { table: undefined } })
    const id = randomUUID()
    await bench.produce([{ eventId: id, headers: { message_id: 'm1' } }])
    await bench.deliveries.db('inbox').insert({ consumer: bench.group, message_id: 'm1' })
    const { status, body } = await bench.get(`/api/orders/${id}`)
    expect({ status, body }).toMatchObject({ status: 200, body: { id, found: true, finished: true } })
    const { stages } = body as { stages: { id: string; state: string }[] }
    expect(stages.map(({ id: stage, state }) => [stage, state])).toEqual([
      ['committed', 'done'],
      ['log', 'done'],
      ['kafka', 'done'],
      ['handled', 'done']
    ])
  })

  it('calls what it shows by its configured name, in every answer', async () => {
    const keeper = await useStub({ '/status': { connectors: [{ name: 'pings', state: 'flowing', reason: 'x' }] } })
    const writer = await useStub({ '/health/ready': {} })
    const closed = '127.0.0.1:9'
    const [aggregate, effect] = [{ name: 'ping', table: 'ping' }, { aggregateIdColumn: 'ping_id' }]
    const example = { path: '/pings', body: { text: 'hello' } }
    const pings = { connector: 'pings', events: ['pinged'], example, aggregate, effect }
    const bench = await useConsoleBench(
      { CONNECT_URL: '', KEEPER_URL: keeper.url },
      { ...pings, writerUrl: writer.url }
    )
    await bench.orders.db.raw('RENAME TABLE customer_order TO ping')
    await bench.deliveries.db.raw('ALTER TABLE delivery RENAME COLUMN order_id TO ping_id')
    await bench.orders.db('ping').insert({ id: 7, name: 'joon' })
    const offsets = [0, 1, 2].map(partition => ({ partition, offset: 0n }))
    await bench.admin.alterConsumerGroupOffsets({
      groupId: bench.group,
      topics: [{ name: bench.topic, partitionOffsets: offsets }]
    })
    const headline = async (url: string) => {
      const flow = (await (await fetch(`${url}/api/flow`)).json()) as { headline: { text: string } }
      return flow.headline.text
    }
    await bench.deliveries.db('delivery').insert({ ping_id: 7 })
    await eventually(async () => expect(await headline(bench.url)).toContain('has no members'))

    expect((await bench.get('/')).text).toContain('&quot;noun&quot;:&quot;ping&quot;')
    expect((await bench.get('/api/orders/8')).text).toContain('there is no ping 8')
    expect((await bench.get('/api/about')).body).toMatchObject({
      hops: [{ example: `curl -X POST ${writer.url}/pings -H 'content-type: application/json' -d '{"text":"hello"}'` }]
    })
    const refused = await bench.act('/api/orders', {})
    expect(refused).toMatchObject({ status: 409, body: { detail: 'writer answered HTTP 404' } })
    expect(writer.asked).toContain('POST /pings')
    const url = `mysql://a:b@${closed}/c`
    const nowhere = { writerUrl: `http://${closed}`, consumerUrl: `http://${closed}` }
    const away = await startConsole({ KAFKA_BROKERS: closed }, [
      {
        ...pings,
        ...nowhere,
        topic: 'a',
        group: 'b',
        aggregate: { ...aggregate, url },
        effect: { ...effect, url, table: 'pong' }
      }
    ])
    await eventually(async () => expect(await headline(away)).toMatch(/^MySQL/))
    const { text: document, body } = await bench.get('/api/openapi.json')
    const paths = Object.entries((body as Document).paths).filter(([, { get }]) => get !== undefined)
    const texts = [refused.text, document, (await bench.get('/')).text]
    for (const [path] of paths)
      for (const base of [bench.url, away])
        texts.push(await (await fetch(base + path.replace('{topic}', bench.topic).replaceAll(/\{\w+\}/g, '7'))).text())
    for (const text of texts)
      expect(text.match(/.{0,60}(?<![\w./-])(orders?|deliveries)(?![\w-]|\.\w).{0,60}/gi)).toBeNull()
  })

  it('shows a time that is NULL as not known: not as 1970, in no duration and in no sentence', async () => {
    const keeper = await useStub({
      '/status': { connectors: [{ name: 'orders-connector', state: 'flowing', reason: 'x' }] }
    })
    const bench = await useConsoleBench({ CONNECT_URL: '', KEEPER_URL: keeper.url })
    await bench.orders.db.raw('ALTER TABLE customer_order MODIFY created_at TIMESTAMP(6) NULL')
    await bench.deliveries.db.raw('ALTER TABLE delivery MODIFY delivered_at TIMESTAMP(6) NULL')
    const recently = () => bench.orders.db.raw('NOW(6) - INTERVAL 1 SECOND')
    await bench.orders.db('customer_order').insert([
      { id: 1, name: 'a', quantity: 1, created_at: null },
      { id: 2, name: 'b', quantity: 2, created_at: recently() },
      { id: 3, name: 'c', quantity: 3, created_at: null }
    ])
    await bench.deliveries.db('delivery').insert([
      { order_id: 1, delivered_at: recently() },
      { order_id: 2, delivered_at: null },
      { order_id: 3, delivered_at: null }
    ])
    const offsets = [0, 1, 2].map(partition => ({ partition, offset: 0n }))
    await bench.admin.alterConsumerGroupOffsets({
      groupId: bench.group,
      topics: [{ name: bench.topic, partitionOffsets: offsets }]
    })
    const items = [
      { id: '3', createdAt: null, delivered: true, deliveredMs: null },
      { id: '2', createdAt: expect.any(Number), delivered: true, deliveredMs: null },
      { id: '1', createdAt: null, delivered: true, deliveredMs: null }
    ]
    expect((await bench.get('/api/orders')).body).toMatchObject({ items })
    for (const id of [1, 2, 3]) {
      const { text, body } = await bench.get(`/api/orders/${id}`)
      expect(body).toMatchObject({ finished: true })
      expect(text).toContain('when is not known')
      expect(earlyTimes(body)).toEqual([])
    }
    await eventually(async () => {
      const { body } = await bench.get('/api/flow')
      expect(hopIn(body)).toMatchObject({ newest: items, parts: [{ id: 'database', state: 'ok' }, {}, {}, {}] })
      expect(earlyTimes(body)).toEqual([])
    })
    await bench.deliveries.db('delivery').update({ delivered_at: null })
    await eventually(async () => {
      const { body } = await bench.get('/api/flow')
      expect(
        hopIn(body)
          ?.parts.at(-1)
          ?.facts.map(fact => fact.label)
      ).not.toContain('newest delivery')
      expect((body as { headline: { text: string } }).headline.text).not.toContain('been delivered yet')
    })
  })

  it('counts what is parked where no table of the consumer is configured', async () => {
    const bench = await useConsoleBench({}, { effect: { table: undefined } })
    const place = { topic: bench.topic, partition_no: 0, record_offset: 0, record_time: 0, record_headers: '{}' }
    const event = { consumer: bench.group, event_key: 'a', message_id: 'm', reason: 'handler_failed' }
    await bench.deliveries.db('parked_event').insert({ ...event, ...place })
    await eventually(async () => expect((await bench.get('/api/flow')).body).toMatchObject({ parked: 1 }))
  })

  it('starts, says which parts do not answer, and stops, when nothing at all is there', async () => {
    const closed = '127.0.0.1:9'
    const [database, http] = [`mysql://a:b@${closed}/c`, `http://${closed}`]
    const parts = { connector: 'orders-connector', topic: 'a', group: 'b', writerUrl: http }
    const [aggregate, effect] = ['customer_order', 'delivery'].map(table => ({ url: database, table }))
    const url = await startConsole({ KAFKA_BROKERS: closed, CONNECT_URL: http }, [{ ...parts, aggregate, effect }])
    await eventually(async () => {
      const flow = (await (await fetch(`${url}/api/flow`)).json()) as Flow
      expect(flow.headline).toMatchObject({
        state: 'stopped',
        text: expect.stringMatching(/^MySQL (has not answered for .*|does not answer any more): connection refused at/)
      })
      expect(flow.hops[0]?.parts.map(({ state }) => state)).toEqual([
        'stopped',
        'stopped',
        'stopped',
        'stopped',
        'stopped'
      ])
    })
    const topics = await fetch(`${url}/api/topics`)
    expect(topics.status).toBe(503)
    expect(await topics.json()).toMatchObject({ detail: expect.stringMatching(/^Kafka: /) })
    expect((await fetch(`${url}/api/orders`)).status).toBe(503)
  })
})

const hopIn = (body: unknown) => (body as Flow).hops[0]

/** The points in time within an answer that are long before this test. */
function earlyTimes(answer: unknown): string[] {
  const found: string[] = []
  JSON.stringify(answer, (name, value: unknown) => {
    if (/^(at|createdAt|since)$/.test(name) && typeof value === 'number' && value < Date.now() - 600_000)
      found.push(`${name} ${value}`)
    if (/Ms$|^sinceCommit$/.test(name) && typeof value === 'number' && value > 600_000) found.push(`${name} ${value}`)
    return value
  })
  return found
}
