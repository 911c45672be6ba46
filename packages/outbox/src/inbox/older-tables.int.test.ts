import { expect, it } from 'vitest'
import { useDatabase } from '@outbox-cdc/test-support/use-stack'
import { noPostgres, usePostgres } from '../../test/postgres.ts'
import { createInboxTables, listParked, requireInboxTables } from '../index.ts'

const databases = [
  ['MySQL', async () => (await useDatabase('older')).db],
  ...(noPostgres === undefined ? ([['PostgreSQL', usePostgres]] as const) : [])
] as const

it.each(databases)('brings tables whose keys were integer ids up to date on %s', async (_, useDb) => {
  const db = await useDb()
  await createInboxTables(db)
  await db.schema.dropTable('inbox_aggregate')
  await db.raw(`CREATE TABLE inbox_version (consumer VARCHAR(64), aggregate VARCHAR(64), aggregate_id BIGINT,
    version INT, PRIMARY KEY (consumer, aggregate, aggregate_id))`)
  await db('inbox_version').insert({ consumer: 'c', aggregate: 'order', aggregate_id: 7, version: 3 })
  await db('parked_key').insert([
    { consumer: 'c', event_key: '7', reason: 'REFUSED' },
    { consumer: 'c', event_key: 'raw:0af7', reason: 'UNREADABLE' }
  ])
  const at = { consumer: 'c', topic: 't', partition_no: 0, record_offset: 1, record_time: 1 }
  const rows = [
    ['7', 'REFUSED', 'order'],
    ['7', 'BEHIND', 'customer'],
    ['7', 'BEHIND', 'order'],
    ['raw:0af7', 'UNREADABLE', null]
  ] as const
  for (const [index, [event_key, reason, aggregate]] of rows.entries()) {
    const record_headers = JSON.stringify({ aggregate })
    await db('parked_event').insert({ ...at, event_key, message_id: `m${index}`, reason, record_headers })
  }
  await expect(requireInboxTables(db)).rejects.toMatchObject({ code: 'INBOX_MISSING' })

  for (let time = 1; time <= 2; time++) await createInboxTables(db)
  await requireInboxTables(db)
  const listed = await listParked(db)
  expect(listed.map(({ key, waiting }) => ({ key, waiting }))).toEqual(
    expect.arrayContaining([
      { key: 'order/7', waiting: 2 },
      { key: 'customer/7', waiting: 1 },
      { key: 'raw:0af7', waiting: 1 }
    ])
  )
  expect(listed).toHaveLength(3)
  expect(await db('inbox_aggregate')).toEqual([{ consumer: 'c', event_key: 'order/7', version: 3 }])
  await db('parked_key').insert({ consumer: 'c', event_key: 'x'.repeat(255), reason: 'REFUSED' })
})
