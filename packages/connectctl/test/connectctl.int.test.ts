import { freePort } from '@outbox-cdc/stack'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { useStack } from '@outbox-cdc/test-support/use-stack'
import { expect, it } from 'vitest'
import { createConnectApi } from '../src/connect/connect-api.ts'
import type { ConnectorConfig } from '../src/connect/connect-api.ts'
import { withAdmin } from '../src/kafka/kafka.ts'
import { ownConnector, recordsOf } from './own-connector.ts'

it('starts at the position that the migration recorded, and delivers a value of exactly five fields', async () => {
  const { connectctl, insertEvent, topic } = await ownConnector()
  await insertEvent(1)
  await insertEvent(2)
  const applied = await connectctl('apply')
  expect(applied).toMatchObject({ code: 0, out: expect.stringContaining('created, every task runs') })
  await insertEvent(3)
  const records = await recordsOf(topic)
  await eventually(() => expect(records.length).toBe(3))
  const [first] = records.toSorted((a, b) => Number(a.value.payload['id']) - Number(b.value.payload['id']))
  expect(first?.key).toMatchObject({ payload: { event_id: 1 } })
  expect(first?.value.payload).toEqual({
    id: expect.any(Number),
    event: 'order_created',
    event_id: 1,
    payload: expect.stringMatching(/^\{"name": ?"joon", ?"quantity": ?95\}$/),
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
  })
  expect(first?.headers).toEqual({
    message_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    aggregate: 'order',
    aggregate_version: '1',
    schema_version: '1',
    correlation_id: null,
    causation_id: null,
    traceparent: null,
    binlog_file: expect.stringMatching(/^binlog\.\d+$/),
    binlog_pos: expect.stringMatching(/^\d+$/),
    gtid: expect.stringMatching(/:\d+$/),
    captured_us: expect.stringMatching(/^\d{16}$/)
  })
})

it('changes nothing the second time, and shows what a person changed by hand', async () => {
  const { connectctl, name } = await ownConnector()
  expect((await connectctl('diff')).out).toContain('does not exist yet')
  await connectctl('apply')
  expect(await connectctl('apply')).toMatchObject({ code: 0, out: expect.stringContaining('unchanged') })
  expect(await connectctl('diff')).toMatchObject({ code: 0, out: expect.stringContaining('no change') })

  const api = createConnectApi({ url: useStack().connect.url })
  const config = await api.request<ConnectorConfig>('GET', `/connectors/${name}/config`)
  await api.request('PUT', `/connectors/${name}/config`, { body: { ...config, 'max.batch.size': '2048' } })
  const changed = await connectctl('diff')
  expect(changed.code).toBe(1)
  expect(changed.out).toContain('- max.batch.size = 2048\n  + max.batch.size = 1')
  expect((await connectctl('apply')).out).toContain('changed')
  expect((await connectctl('diff')).code).toBe(0)
})

it('continues at its offsets after it was deleted and applied again', async () => {
  const { connectctl, insertEvent, topic, name } = await ownConnector()
  await connectctl('apply')
  const records = await recordsOf(topic)
  await insertEvent(1)
  await eventually(() => expect(records.length).toBe(1))
  expect(await connectctl('delete', name)).toMatchObject({ code: 1, err: expect.stringContaining('--yes') })
  expect((await connectctl('delete', name, '--yes')).code).toBe(0)
  await insertEvent(2)
  await connectctl('apply')
  await eventually(() => expect(records.map(({ value }) => value.payload['event_id'])).toEqual([1, 2]))
})

it('reads again from a named position, and from saved offsets', async () => {
  const { connectctl, insertEvent, topic, name, db } = await ownConnector()
  await connectctl('apply')
  const records = await recordsOf(topic)
  const ids = () => records.map(({ value }) => value.payload['event_id'])
  const [[here]] = (await db.raw('SHOW BINARY LOG STATUS')) as [[{ File: string; Position: number }]]
  await insertEvent(1)
  await eventually(() => expect(ids()).toEqual([1]))
  const set = await connectctl('offsets', 'set', name, '--to', `${here.File}:${here.Position}`, '--yes')
  expect(set).toMatchObject({ code: 0 })
  await eventually(() => expect(ids()).toEqual([1, 1]))

  const reset = await connectctl('offsets', 'reset', name, '--yes')
  const saved = /saved in (\S+)/.exec(reset.err)?.[1] ?? ''
  expect((await connectctl('offsets', 'get', name)).out).toContain('"offsets": []')
  await insertEvent(2)
  await connectctl('offsets', 'set', name, '--file', saved, '--yes')
  expect((await connectctl('resume', name)).code).toBe(0)
  await eventually(() => expect(ids()).toEqual([1, 1, 2]))
})

it('refuses to start without offsets instead of skipping what was committed before', async () => {
  const { connectctl, name } = await ownConnector()
  await connectctl('apply')
  await connectctl('offsets', 'reset', name, '--yes')
  expect(await connectctl('resume', name)).toMatchObject({ code: 1, err: expect.stringContaining('has no offsets') })
  const api = createConnectApi({ url: useStack().connect.url })
  expect(await api.request('GET', `/connectors/${name}/status`)).toMatchObject({ connector: { state: 'STOPPED' } })
  // Debezium's own answer to a person who resumes it without connectctl.
  await api.request('PUT', `/connectors/${name}/resume`)
  expect(await connectctl('wait', name)).toMatchObject({
    code: 1,
    err: expect.stringContaining('Could not find existing redo log information')
  })
})

it('sends nothing when a check refuses the file', async () => {
  const { connectctl, configure, name } = await ownConnector()
  await configure({ 'max.batch.sise': '1', 'database.password': 'in-clear' })
  const refused = await connectctl('apply')
  expect(refused.code).toBe(1)
  expect(refused.err).toContain('did you mean max.batch.size?')
  expect(refused.err).not.toContain('in-clear')
  const api = createConnectApi({ url: useStack().connect.url })
  expect(await api.request('GET', `/connectors/${name}`, { orMissing: true })).toBeUndefined()
})

it('says in one line why Connect refuses a connector', async () => {
  const { connectctl, db, password, account } = await ownConnector()
  await db.raw("ALTER USER ?@'%' IDENTIFIED BY 'changed'", [account])
  const applied = await connectctl('apply')
  expect(applied.code).toBe(1)
  expect(applied.err.split('\n').at(-1)).toMatch(/^✗ \S+ was refused: database.hostname .*Access denied for user/)
  expect(applied.err).not.toContain(password)
})

it('shows, waits, pauses and stops, and never shows the password', async () => {
  const { connectctl, name, password, said } = await ownConnector()
  expect((await connectctl('status', name)).code).toBe(1)
  await connectctl('apply')
  expect((await connectctl('validate')).code).toBe(0)
  expect(await connectctl('wait')).toMatchObject({ code: 0, out: `✓ ${name}: every task is running` })
  expect(await connectctl('status', name)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/unknown\s+RUNNING\s+0:RUNNING/)
  })
  const [state] = JSON.parse((await connectctl('--json', 'status', name)).out) as { state: string }[]
  expect(state?.state).toBe('unknown')
  expect((await connectctl('pause', name)).out).toBe(`✓ ${name}: paused`)
  expect((await connectctl('status', `somewhere/${name}.json`)).out).toMatch(/paused\s+PAUSED/)
  expect((await connectctl('resume', name)).code).toBe(0)
  expect((await connectctl('restart', name)).code).toBe(0)
  expect((await connectctl('stop', name)).code).toBe(0)
  expect((await connectctl('resume', name)).code).toBe(0)
  expect((await connectctl('plugins')).out).toContain('io.debezium.connector.mysql.MySqlConnector')
  expect((await connectctl('doctor')).out).toContain('✓ grant REPLICATION SLAVE')
  expect((await connectctl('offsets', 'get', name)).out).toContain(name)
  for (const verb of ['diff', 'status', 'validate', 'doctor']) await connectctl('--json', verb)
  expect(said()).not.toContain(password)
})

it('warns of a schema history that expires before anything is sent', async () => {
  const { connectctl, database } = await ownConnector()
  await connectctl('apply')
  expect((await connectctl('validate')).out).toContain('nothing to say')
  const topic = `schema_changes.${database}`
  const configEntries = [{ name: 'retention.ms', value: '604800000' }]
  await withAdmin(useStack().kafka, admin =>
    admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: topic, configEntries }] })
  )
  const found = `${topic} has retention.ms=604800000`
  expect(await connectctl('validate')).toMatchObject({ code: 0, out: expect.stringContaining(found) })
  expect(await connectctl('apply')).toMatchObject({ code: 0, err: expect.stringContaining(found) })
  expect(await connectctl('doctor')).toMatchObject({ code: 1, out: expect.stringContaining(`✗ ${found}`) })
})

it('sets a logger on every worker', async () => {
  const { connectctl } = await ownConnector()
  expect((await connectctl('logs', 'level', 'io.debezium.test', 'debug')).code).toBe(0)
  await eventually(async () => expect((await connectctl('logs', 'level', 'io.debezium.test')).out).toContain('DEBUG'))
  expect((await connectctl('logs', 'level', 'io.debezium.test', 'loud')).code).toBe(2)
})

it('requests a snapshot of existing rows, and notices that the signal was read', async () => {
  const { connectctl, configure, db, insertEvent, name, topic } = await ownConnector()
  const signals = `${name}-signals`
  await configure({
    'signal.enabled.channels': 'kafka',
    'signal.kafka.topic': signals,
    'signal.kafka.bootstrap.servers': useStack().kafka.brokers.join(),
    'signal.poll.interval.ms': '300',
    'read.only': 'true'
  })
  await db('outbox').insert({
    event: 'kept',
    event_id: 7,
    payload: '{}',
    message_id: crypto.randomUUID(),
    aggregate: 'order',
    schema_version: 1
  })
  await connectctl('apply', '--start-at', 'now')
  const tables = topic.split('.').slice(1).join('.')
  const snapshot = (...options: string[]) => connectctl(...options, 'snapshot', name, '--tables', tables)
  expect(await snapshot()).toMatchObject({ code: 1, err: expect.stringContaining(`no topic ${signals}`) })
  await recordsOf(signals) // creates it, with more partitions than Debezium reads
  const records = await recordsOf(topic)
  expect(await snapshot()).toMatchObject({ code: 0, out: expect.stringContaining('has read the signal') })
  await eventually(
    async () => {
      await insertEvent(8) // a chunk ends with the next transaction of the binlog
      expect(records.map(({ value }) => value.payload['event'])).toContain('kept')
    },
    { everyMs: 500 }
  )
  await connectctl('stop', name)
  expect(await snapshot()).toMatchObject({ code: 1, err: expect.stringContaining('nothing was sent') })
})

it('does not claim success when no connector reads the signal', async () => {
  const { connectctl, configure, name } = await ownConnector()
  const signals = `${name}-signals`
  await configure({
    'signal.enabled.channels': 'kafka',
    'signal.kafka.topic': signals,
    'signal.kafka.bootstrap.servers': useStack().kafka.brokers.join(),
    'signal.poll.interval.ms': '600000'
  })
  await connectctl('apply', '--start-at', 'now')
  await recordsOf(signals)
  const asked = await connectctl('--timeout', '3', 'snapshot', name, '--tables', 'shop.outbox')
  expect(asked).toMatchObject({ code: 1, out: '', err: expect.stringContaining('has not read the signal within 3 s') })
})

it('ends with 2 for wrong usage and with 1, within its time limit, when Connect does not answer', async () => {
  const { connectctl } = await ownConnector()
  expect((await connectctl('bogus')).code).toBe(2)
  expect((await connectctl('apply', '--start-at', 'yesterday')).code).toBe(2)
  expect((await connectctl('--help')).code).toBe(0)
  const silent = await connectctl('--url', `http://127.0.0.1:${await freePort()}`, '--timeout', '0.5', 'status')
  expect(silent).toMatchObject({ code: 1, err: expect.stringContaining('does not answer (ECONNREFUSED)') })
})
