import type { Knex } from 'knex'
import { describe, expect, it } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { useDatabase } from '@outbox-cdc/test-support/use-stack'
import { useConsumerBench } from '../../test/consumer-bench.ts'
import { counted, Refused } from '../../test/counted.ts'
import { noPostgres, usePostgres } from '../../test/postgres.ts'
import { wireMessage } from '../../test/wire-message.ts'
import { createInboxTables, handle, requestRetry, showParked, skipParked } from '../index.ts'

async function useTablesIn(charset: string, made: 'now' | 'by an older version'): Promise<Knex> {
  const { db, name } = await useDatabase('notes')
  await db.raw(`ALTER DATABASE ${name} CHARACTER SET ${charset}`)
  await createInboxTables(db)
  if (made === 'by an older version') await db.raw(`ALTER TABLE parked_event CONVERT TO CHARACTER SET ${charset}`)
  return db
}

describe.each(['latin1', 'utf8mb3'])('in a database in %s', charset => {
  it.each([
    ['now', '✖ no 😀', 'änn: 😀'],
    ['by an older version', /^(✖|\\u\{2716\}) no \\u\{1f600\}$/, /^(ä|\\u\{e4\})nn: \\u\{1f600\}$/]
  ] as const)('an event with any text is parked, retried and skipped; tables made %s', async (made, error, note) => {
    const bench = await useConsumerBench({ partitions: 1, database: await useTablesIn(charset, made) })
    const id = { consumer: bench.group, key: 'thing/1' }
    const handler = handle(counted, () => Promise.reject(new Refused('✖ no 😀')))
    const message = wireMessage(counted({ aggregateId: 1, payload: { n: 1 } }))
    await bench.send([{ ...message, headers: { ...message.headers, tenant: 'Zoë 😀' } }])
    await bench.consumer({ handler, retryParkedEveryMs: 20 }).start()
    const matches = (text: string | RegExp) => (text instanceof RegExp ? expect.stringMatching(text) : text)
    await eventually(async () => expect(await bench.parked()).toMatchObject([{ error: matches(error) }]))
    expect(JSON.parse((await showParked(bench.db, id))[0]?.record_headers ?? '')).toMatchObject({ tenant: 'Zoë 😀' })
    await requestRetry(bench.db, id)
    await eventually(async () =>
      expect(await showParked(bench.db, id)).toMatchObject([{ attempts: 2, error: matches(error) }])
    )
    await skipParked(bench.db, { ...id, note: 'änn: 😀' })
    expect(await bench.parked()).toMatchObject([{ state: 'skipped', note: matches(note) }])
  })
})

it.skipIf(noPostgres !== undefined).each([
  ['UTF8', 'no \uFFFD ✖ 😀'],
  ['LATIN1', 'no \\u{0} \\u{2716} \\u{1f600}']
])(
  'an event with any text is parked on PostgreSQL in %s, and the rest of its batch is settled',
  async (encoding, error) => {
    const bench = await useConsumerBench({ partitions: 1, database: await usePostgres(encoding) })
    const handler = handle(counted, async (event, trx) => {
      if (event.aggregateId === 2) throw new Refused('no \u0000 ✖ 😀')
      await bench.apply(event, trx)
    })
    const sent = [1, 2, 3].map(aggregateId => wireMessage(counted({ aggregateId, payload: { n: 1 } }), aggregateId))
    await bench.send(sent.map(message => ({ ...message, headers: { ...message.headers, tenant: 'Zoë \u0000 😀' } })))
    await bench.consumer({ handler, lanes: 1, retryParkedEveryMs: 20 }).start()
    await eventually(async () => expect(await bench.parked()).toMatchObject([{ event_key: 'thing/2', error }]))
    await eventually(async () => expect(await bench.effects()).toHaveLength(2))
    const id = { consumer: bench.group, key: 'thing/2' }
    expect(JSON.parse((await showParked(bench.db, id))[0]?.record_headers ?? '')).toMatchObject({
      tenant: 'Zoë \u0000 😀'
    })
    await requestRetry(bench.db, id)
    await eventually(async () => expect(await showParked(bench.db, id)).toMatchObject([{ attempts: 2, error }]))
    await skipParked(bench.db, { ...id, note: 'no \u0000 ✖ 😀' })
    expect(await bench.parked()).toMatchObject([{ state: 'skipped', note: error }])
  }
)

it('a retry whose outcome cannot be written does not stop those of other keys', async () => {
  const bench = await useConsumerBench({ partitions: 1 })
  bench.refuse.add('1:1').add('2:1')
  await bench.produce(bench.events({ keys: 2, perKey: 1 }))
  await bench.consumer({ retryParkedEveryMs: 20 }).start()
  await eventually(async () => expect(await bench.parked()).toHaveLength(2))
  await bench.db.raw(`CREATE TRIGGER unwritable BEFORE UPDATE ON parked_event FOR EACH ROW
    BEGIN IF NEW.event_key = '1' THEN SIGNAL SQLSTATE '45000'; END IF; END`)
  bench.refuse.delete('2:1')
  await requestRetry(bench.db, { consumer: bench.group, key: 'thing/1' })
  await requestRetry(bench.db, { consumer: bench.group, key: 'thing/2' })
  await eventually(async () => expect(await bench.effects()).toEqual([{ event_key: 2, n: 1 }]))
})
