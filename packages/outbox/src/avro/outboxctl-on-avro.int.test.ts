import { describe, expect, it } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { noRegistry, useRegistry } from '@outbox-cdc/test-support/use-registry'
import { useStack } from '@outbox-cdc/test-support/use-stack'
import { useConsumerBench } from '../../test/consumer-bench.ts'
import { counted } from '../../test/counted.ts'
import { databaseUrl, outboxctl, useSagaMap } from '../../test/run-outboxctl.ts'
import { typedMessage } from '../../test/wire-message.ts'
import { avroDecoding, avroEncoding, schemaRegistry } from './index.ts'

const registry = useRegistry()

describe.skipIf(noRegistry !== undefined)('outboxctl on Avro', () => {
  it('shows a parked event as what it says, and as its bytes without the registry; and retries it', async () => {
    const client = schemaRegistry({ url: registry().url })
    const encoding = avroEncoding({ registry: client, events: [counted] })
    await encoding.register()
    const bench = await useConsumerBench()
    bench.refuse.add('7:1')
    const events = [1, 2].map(n => counted({ aggregateId: 7, payload: { n } }))
    await bench.send(events.map(event => typedMessage(event, encoding)))
    await bench.consumer({ decoding: avroDecoding({ registry: client }), retryParkedEveryMs: 50 }).start()
    await eventually(async () => expect(await bench.parked()).toHaveLength(2))

    const OUTBOX_DB_URL = await databaseUrl(bench.db)
    const typed = { OUTBOX_DB_URL, SCHEMA_REGISTRY_URL: registry().url }
    const shown = await outboxctl(['parked', 'show', 'thing/7'], typed)
    expect(shown).toMatchObject({ code: 0, notes: '' })
    expect(shown.out).toMatch(/waiting · REFUSED · counted · [^]* {2}value \{"n":1\}\n[^]* {2}value \{"n":2\}$/)
    expect(JSON.parse((await outboxctl(['parked', 'show', 'thing/7', '--json'], typed)).out)).toMatchObject([
      { reason: 'REFUSED', record_key: '{"event_id":7}', record_value: '{"n":1}' },
      { reason: 'BEHIND', record_value: '{"n":2}' }
    ])
    const bare = await outboxctl(['parked', 'show', 'thing/7'], { OUTBOX_DB_URL })
    expect(bare.out).toMatch(/value 00[0-9a-f]{8}02 \(schema \d+; set SCHEMA_REGISTRY_URL to read it\)/)

    bench.refuse.clear()
    expect(await outboxctl(['parked', 'retry', 'thing/7'], typed)).toMatchObject({ code: 0 })
    await eventually(async () => expect((await bench.effects()).map(({ n }) => n)).toEqual([1, 2]))
  })

  it('audits a topic by the registry, and says how much it cannot read without', async () => {
    const client = schemaRegistry({ url: registry().url })
    const encoding = avroEncoding({ registry: client, events: [counted] })
    await encoding.register()
    const bench = await useConsumerBench()
    await bench.db.raw('CREATE TABLE thing (id BIGINT PRIMARY KEY, at TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6))')
    await bench.db('thing').insert([1, 2, 3].map(id => ({ id })))
    const events = bench.events({ keys: 3, perKey: 1 }).filter(({ aggregateId }) => aggregateId !== 2)
    await bench.send(events.map(event => typedMessage(event, encoding)))
    await bench.consumer({ decoding: avroDecoding({ registry: client }) }).start()
    await eventually(async () => expect(await bench.effects()).toHaveLength(2))

    const url = await databaseUrl(bench.db)
    const at = { KAFKA_BROKERS: useStack().kafka.brokers.join() }
    const databases = ['--source', url, '--target', url, '--topic', bench.topic]
    const audit = (environment: Record<string, string>) =>
      outboxctl(['audit', ...databases, '--event', 'counted', '--since', '1h', '--until', '0s', ...sqls], environment)
    const typed = await audit({ ...at, SCHEMA_REGISTRY_URL: registry().url })
    expect(typed).toMatchObject({ code: 1, notes: '✗ 1 finding' })
    expect(typed.out).toContain('3 committed · 2 events (0 sent again, 0 records unreadable)')
    expect(typed.out).toMatch(/✗ {2}missing in topic +thing\/2 /)
    expect((await audit(at)).out).toContain('0 events (0 sent again, 2 records unreadable)')
  })

  it('follows a saga by the registry, and says how much it cannot read without', async () => {
    const client = schemaRegistry({ url: registry().url })
    const encoding = avroEncoding({ registry: client, events: [counted] })
    await encoding.register()
    const bench = await useConsumerBench({ partitions: 1 })
    const event = counted({ aggregateId: 7, correlationId: 'request-7', payload: { n: 1 } })
    await bench.send([typedMessage(event, encoding)])
    const SAGA_MAP = await useSagaMap({ services: { [bench.topic]: 'counter' }, expectations: [] })
    const at = { KAFKA_BROKERS: useStack().kafka.brokers.join(), SAGA_MAP }
    const typed = await outboxctl(['saga', 'thing:7'], { ...at, SCHEMA_REGISTRY_URL: registry().url })
    expect(typed).toMatchObject({
      code: 0,
      notes: '',
      out: expect.stringMatching(/ counted [^]*SETTLED .* request-7 /)
    })
    expect(await outboxctl(['saga', 'thing:7'], at)).toMatchObject({
      code: 2,
      notes: expect.stringContaining("where 1 record can't be read")
    })
  })
})

const sqls = [
  '--committed-sql',
  'SELECT id AS aggregate_id, at FROM thing WHERE at >= :since',
  '--effects-sql',
  'SELECT event_key AS aggregate_id, at FROM effect WHERE at >= :since'
]
