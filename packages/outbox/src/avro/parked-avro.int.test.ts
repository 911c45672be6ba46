import { describe, expect, it } from 'vitest'
import { eventually } from '../../../../test/support/eventually.ts'
import { noRegistry, useRegistry } from '../../../../test/support/use-registry.ts'
import { useConsumerBench } from '../../test/consumer-bench.ts'
import { counted } from '../../test/counted.ts'
import { databaseUrl, outboxctl } from '../../test/run-outboxctl.ts'
import { typedMessage } from '../../test/typed-message.ts'
import { avroDecoding, avroEncoding, schemaRegistry } from './index.ts'

const registry = useRegistry()

describe.skipIf(noRegistry !== undefined)('an Avro event that is parked', () => {
  it('is shown as what it says, and as its bytes without the registry; a retry applies it', async () => {
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
    const shown = await outboxctl(['parked', 'show', '7'], typed)
    expect(shown).toMatchObject({ code: 0, notes: '' })
    expect(shown.out).toMatch(/waiting · REFUSED · counted · [^]* {2}value \{"n":1\}\n[^]* {2}value \{"n":2\}$/)
    expect(JSON.parse((await outboxctl(['parked', 'show', '7', '--json'], typed)).out)).toMatchObject([
      { reason: 'REFUSED', record_key: '{"event_id":7}', record_value: '{"n":1}' },
      { reason: 'BEHIND', record_value: '{"n":2}' }
    ])
    const bare = await outboxctl(['parked', 'show', '7'], { OUTBOX_DB_URL })
    expect(bare.out).toMatch(/value 00[0-9a-f]{8}02 \(schema \d+; SCHEMA_REGISTRY_URL says where its schema is\)/)

    bench.refuse.clear()
    expect(await outboxctl(['parked', 'retry', '7'], typed)).toMatchObject({ code: 0 })
    await eventually(async () => expect((await bench.effects()).map(({ n }) => n)).toEqual([1, 2]))
  })
})
