import { createOutbox, defineEvent } from '@outbox-cdc/outbox'
import { messageStore } from '@outbox-cdc/outbox/message'
import { noPostgres, type Stack } from '@outbox-cdc/stack'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { patience, startOrders } from './orders-on-postgres.ts'
import { recordsOf } from './own-connector.ts'
import { ownPostgresConnector, startOwnPostgres } from './own-postgres.ts'

const pinged = defineEvent({ name: 'pinged', aggregate: 'ping', version: 1, payload: z.object({ at: z.int() }) })
let stack: Stack

beforeAll(async () => {
  if (noPostgres === undefined) stack = await startOwnPostgres()
})
afterAll(() => stack?.stopAll())

const idsIn = (records: Awaited<ReturnType<typeof recordsOf>>) => records.map(({ value }) => value.payload['event_id'])
const said = (text: string) => expect.stringContaining(text)

describe.skipIf(noPostgres !== undefined)('a connector of PostgreSQL', { timeout: 300_000 }, () => {
  it('begins at the slot that apply made before the first event, and continues at its offsets', async () => {
    const { connectctl, configure, insertEvent, topic, name, slot } = await ownPostgresConnector(stack)
    expect(await connectctl('doctor')).toMatchObject({
      code: 1,
      out: said(`✗ no slot ${name}: connectctl apply makes it`)
    })
    expect(await connectctl('apply')).toMatchObject({ code: 0, out: said('created, every task runs') })
    await insertEvent(1)
    const records = await recordsOf(topic)
    await eventually(() => expect(idsIn(records)).toEqual([1]), patience)
    expect((await connectctl('validate')).out).toContain('nothing to say')
    expect(await connectctl('apply')).toMatchObject({ code: 0, out: said('unchanged') })
    const examined = await connectctl('doctor')
    expect(examined).toMatchObject({ code: 0, out: said('✓ wal_level logical') })
    expect(examined.out).toContain('! plugin io.debezium.connector.postgresql.PostgresConnector 3.6.1.Final: ')
    expect(examined.out).toContain(`✓ publication ${name} has public.connect_heartbeat, public.outbox`)

    expect((await connectctl('offsets', 'get', name)).out).toContain('"lsn_commit"')
    expect(await connectctl('delete', name, '--yes')).toMatchObject({ code: 0 })
    await insertEvent(2)
    const before = await slot()
    expect(await connectctl('apply')).toMatchObject({ code: 0 })
    await eventually(() => expect(idsIn(records)).toEqual([1, 2]), patience)

    // What the slot has confirmed never comes again; what it still holds does.
    const to = (place: string) => connectctl('offsets', 'set', name, '--to', place, '--yes')
    expect(await to('0/1')).toMatchObject({ code: 1, err: said('a slot never goes back') })
    expect(await to('FFFF/0')).toMatchObject({ code: 1, err: said('is behind the end of the WAL') })
    expect(await to('binlog.000001:4')).toMatchObject({ code: 1, err: said('is no place in the WAL') })
    expect(await connectctl('offsets', 'reset', name, '--yes')).toMatchObject({ code: 0 })
    await insertEvent(3)
    expect((await connectctl('status', name)).out).toContain('Let it begin: connectctl apply')
    expect(await connectctl('resume', name)).toMatchObject({ code: 1, err: said('would begin at the present') })
    expect(await connectctl('apply')).toMatchObject({ code: 0, out: said('created') })
    await eventually(() => expect(idsIn(records)).toEqual([1, 2, 3]), patience)
    expect((await slot())?.confirmed_flush_lsn).not.toBe(before?.confirmed_flush_lsn)
    expect(await connectctl('snapshot', name, '--tables', 'public.outbox')).toMatchObject({
      code: 1,
      err: said('reads PostgreSQL: snapshot is for MySQL only')
    })
    expect(await connectctl('apply', '--rebuild-history')).toMatchObject({
      code: 1,
      err: said('apply it without --rebuild-history')
    })

    const other = await ownPostgresConnector(stack)
    await other.configure({ 'slot.name': name })
    expect(await other.connectctl('apply')).toMatchObject({ code: 1, err: said(`is also used by ${name}`) })
    await configure({ 'slot.name': undefined })
  })

  it('makes no slot after the first event, unless a person says so, and takes no slot of another', async () => {
    const { connectctl, insertEvent, topic, name, slot, db, server, dropSlot, readSlot } =
      await ownPostgresConnector(stack)
    await insertEvent(1)
    expect(await connectctl('apply')).toMatchObject({ code: 1, err: said('public.outbox has given ids to events') })
    expect(await connectctl('apply', '--start-at', 'oldest')).toMatchObject({ code: 1, err: said('There is no slot') })
    expect((await connectctl('status', name)).out).toMatch(/missing/)
    expect(await slot()).toBeUndefined()

    await db.raw('REVOKE SELECT ON SEQUENCE outbox_id_seq FROM ??', [name])
    expect(await connectctl('apply')).toMatchObject({ code: 1, err: said('GRANT SELECT ON SEQUENCE') })
    await server.raw("SELECT pg_create_logical_replication_slot(?, 'pgoutput')", [name])
    expect(await connectctl('apply')).toMatchObject({ code: 1, err: said('is of the database postgres') })
    await dropSlot()
    await db.raw("SELECT pg_create_logical_replication_slot(?, 'test_decoding')", [name])
    expect(await connectctl('apply')).toMatchObject({ code: 1, err: said('is of the plugin test_decoding') })
    await dropSlot()

    // A slot that a migration made keeps what comes after it.
    await db.raw("SELECT pg_create_logical_replication_slot(?, 'pgoutput')", [name])
    await insertEvent(2)
    const leave = await readSlot()
    expect(await connectctl('apply')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/is read by the process \d+ of PostgreSQL .*: each connector needs a slot of its own/)
    })
    await leave()
    expect(await connectctl('apply')).toMatchObject({ code: 0 })
    const records = await recordsOf(topic)
    await eventually(() => expect(idsIn(records)).toEqual([2]), patience)
  })

  it('reads messages, and has a keeper that sees them flow and names what is missing', async () => {
    const own = await ownPostgresConnector(stack, 'message')
    const { connectctl, db, name, topic } = own
    expect(await connectctl('apply')).toMatchObject({ code: 1, err: said('pg_create_logical_replication_slot') })
    await db.raw("SELECT pg_create_logical_replication_slot(?, 'pgoutput')", [name])
    const outbox = createOutbox({ store: messageStore })
    const write = (aggregateId: number) =>
      db.transaction(trx => outbox.append(trx, pinged({ aggregateId, payload: { at: aggregateId } })))
    await write(1)
    expect(await connectctl('apply')).toMatchObject({ code: 0, out: said('created, every task runs') })
    const records = await recordsOf(topic)
    await eventually(() => expect(idsIn(records)).toEqual([1]), patience)
    expect((await connectctl('validate')).out).toContain('nothing to say')
    await eventually(async () => expect((await connectctl('doctor')).out).not.toContain('✗'), patience)

    const keeper = await own.keeper()
    const flowing = { state: 'flowing', fatal: undefined }
    await eventually(() => expect(keeper.watched()).toMatchObject(flowing), patience)
    await db.raw('ALTER PUBLICATION ?? DROP TABLE connect_heartbeat', [name])
    await eventually(() => expect(keeper.watched()?.fatal?.cause).toBe('publication_missing'), patience)
    await write(2)
    await db.raw('ALTER PUBLICATION ?? ADD TABLE connect_heartbeat', [name])
    await eventually(() => expect(keeper.watched()).toMatchObject(flowing), patience)
    await own.dropSlot()
    await eventually(() => expect(keeper.watched()?.fatal?.cause).toBe('slot_lost'), patience)
    expect(await connectctl('offsets', 'set', name, '--to', 'now', '--yes')).toMatchObject({ code: 0 })
    await connectctl('resume', name)
    await eventually(() => expect(keeper.watched()).toMatchObject(flowing), patience)
    await write(3)
    await eventually(() => expect(idsIn(records)).toEqual([1, 2, 3]), patience)
  })

  describe('with a keeper beside it', () => {
    it('goes through each page of the runbook that is about its slot, to a clean audit', async () => {
      const lab = await startOrders(stack)
      const { name, connectctl, slot, keeper, db } = lab
      await lab.placeOrders(3)
      await lab.expectAudit([])

      // A connector that a person deleted, and a reader that is ended, are healed without a person.
      await lab.api.request('DELETE', `/connectors/${name}`)
      await lab.placeOrders(2)
      await lab.expectFlowing()
      await db.raw('SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = ?', [name])
      await lab.placeOrders(2)
      await lab.expectAudit([])

      // slot-lag
      await connectctl('pause', name)
      await db.raw('CREATE TABLE filler AS SELECT repeat(md5(n::text), 20) FROM generate_series(1, 20000) AS n')
      await lab.expectNamed('slot_lag')
      expect(await keeper.metrics()).toMatch(/connectctl_slot_held_bytes\{connector="\w+"\} \d{7,}/)
      expect(await connectctl('resume', name)).toMatchObject({ code: 0 })
      await lab.expectHealed()

      // slot-lost: nothing makes the slot again by itself
      await lab.dropSlot()
      const afterLoss = await lab.placeOrders(2)
      await lab.expectNamed('slot_lost')
      await eventually(() => expect(keeper.watched()?.state).not.toBe('flowing'), patience)
      expect(await slot()).toBeUndefined()
      expect(await connectctl('apply')).toMatchObject({ code: 1, err: said('docs/runbook.md#slot-lost') })
      expect(await connectctl('doctor')).toMatchObject({ code: 1, out: said('docs/runbook.md#slot-lost') })
      await lab.beginAtPresent()
      await lab.expectAudit(afterLoss)
      await lab.sendAgain(afterLoss)
      await lab.expectAudit([])

      // the slot was made again by a person, behind the offset
      await lab.dropSlot()
      const inBetween = await lab.placeOrders(2)
      await eventually(async () => {
        if ((await slot()) === undefined)
          await db.raw("SELECT pg_create_logical_replication_slot(?, 'pgoutput')", [name])
      })
      await lab.api.request('POST', `/connectors/${name}/restart?includeTasks=true`)
      await lab.expectNamed('slot_lost')
      await lab.beginAtPresent()
      await lab.sendAgain(inBetween)
      await lab.expectAudit([])

      // slot-invalidated
      expect(await connectctl('stop', name)).toMatchObject({ code: 0 })
      const unread = await lab.placeOrders(2)
      await lab.invalidateSlot()
      await lab.expectNamed('slot_invalidated')
      await lab.api.request('PUT', `/connectors/${name}/resume`)
      await eventually(() => expect(keeper.watched()?.state).not.toBe('flowing'), patience)
      // Between two looks the keeper may see the connector start, before it fails again.
      await lab.expectNamed('slot_invalidated')
      await lab.beginAtPresent()
      await lab.sendAgain(unread)
      await lab.expectAudit([])

      // publication-missing
      await db.raw('DROP PUBLICATION ??', [name])
      const unpublished = await lab.placeOrders(2)
      await lab.expectNamed('publication_missing')
      await lab.migrate()
      await lab.expectHealed()
      await lab.sendAgain(unpublished)
      await lab.expectAudit([])
    })
  })
})
