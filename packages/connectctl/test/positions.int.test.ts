import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createOutboxTables } from '@outbox-cdc/outbox'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'
import { useDatabase } from '@outbox-cdc/test-support/use-stack'
import { expect, it } from 'vitest'
import { positionNamed } from '../src/mysql/binlog-position.ts'
import { ownConnector, recordsOf } from './own-connector.ts'

type Event = { readonly Pos: number; readonly Event_type: string }

it.each(['apply', 'offsets set'])('%s begins at the oldest binlog of a server that has purged nothing', async how => {
  const { connectctl, db, insertEvent, name, topic } = await ownConnector()
  const [[{ purged }]] = (await db.raw('SELECT @@GLOBAL.gtid_purged AS purged')) as [[{ purged: string }]]
  expect(purged).toBe('')
  await insertEvent(1)
  if (how === 'offsets set') {
    expect(await connectctl('apply', '--start-at', 'now')).toMatchObject({ code: 0 })
    expect(await connectctl('offsets', 'set', name, '--to', 'oldest', '--yes')).toMatchObject({ code: 0 })
  } else expect(await connectctl('apply', '--start-at', 'oldest')).toMatchObject({ code: 0 })
  const records = await recordsOf(topic)
  await eventually(() => expect(records.map(({ value }) => value.payload['event_id'])).toEqual([1]))
})

it.each([
  ['by its GTIDs', { gtid_set: '11111111-1111-1111-1111-111111111111:1-5' }],
  ['by its server, without GTIDs', { gtid_set: '', server_uuid: '11111111-1111-1111-1111-111111111111' }]
])('refuses a recorded position of another server %s, until the migrations run again', async (_how, foreign) => {
  const { connectctl, db, migrate, name } = await ownConnector()
  await db('outbox_position').update(foreign)
  const refused = await connectctl('apply')
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('was recorded on another server') })
  expect((await connectctl('status', name)).out).toMatch(/missing/)
  await migrate()
  expect(await connectctl('apply')).toMatchObject({ code: 0 })
})

it('finds the earliest position of the databases that the lists describe', async () => {
  const { account, configure, database, db, environment, file } = await ownConnector()
  const later = await useDatabase('connectctl')
  await createOutboxTables(later.db)
  await db.raw("GRANT SELECT ON ??.* TO ?@'%'", [later.name, account])
  const [{ binlog_file: binlog, binlog_position: position }] = await db('outbox_position')
  for (const [one, two] of [
    [database, later.name],
    [later.name, database]
  ]) {
    const tables = `${one}\\.outbox, ${two}\\.(outbox|connect_heartbeat)`
    await configure({ 'database.include.list': undefined, 'table.include.list': tables })
    expect(await positionNamed('recorded', (await file()).config, environment)).toMatchObject({
      file: binlog,
      position
    })
  }
})

it('refuses a position in the middle of an event or a transaction, or behind the end of the file', async () => {
  const { connectctl, db, insertEvent } = await ownConnector()
  const [[{ File: file, Position: begin }]] = (await db.raw('SHOW BINARY LOG STATUS')) as [
    [{ File: string; Position: number }]
  ]
  await insertEvent(1)
  const [events] = (await db.raw('SHOW BINLOG EVENTS IN ? FROM ?', [file, begin])) as [Event[]]
  const rows = events.find(({ Event_type: type }) => type === 'Write_rows')?.Pos ?? 0
  for (const position of [begin + 1, rows, 2 ** 31])
    expect(await connectctl('apply', '--start-at', `${file}:${position}`)).toMatchObject({
      code: 1,
      err: expect.stringContaining(`No transaction begins at ${file}:${position}`)
    })
  expect(await connectctl('apply', '--start-at', 'none.000001:4')).toMatchObject({
    code: 1,
    err: expect.stringContaining('none.000001 is purged')
  })
})

it('says in doctor that the offset is of another server, rather than purged', async () => {
  const { connectctl, name } = await ownConnector()
  await connectctl('apply')
  expect((await connectctl('doctor')).out).toMatch(/✓ reads in \S+, 0 file\(s\) behind/)
  await connectctl('stop', name)
  const path = join(await tempFolder('offsets'), 'offsets.json')
  const offset = { file: 'binlog.000001', pos: 4, gtids: `${randomUUID()}:1-5` }
  await writeFile(path, JSON.stringify({ offsets: [{ partition: { server: name }, offset }] }))
  await connectctl('offsets', 'set', name, '--file', path, '--yes')
  expect((await connectctl('doctor')).out).toContain('✗ it has read transactions that this MySQL never ran')
})
