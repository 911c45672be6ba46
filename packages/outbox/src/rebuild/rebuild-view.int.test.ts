import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { useDatabase } from '@outbox-cdc/test-support/use-stack'
import type { Knex } from 'knex'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { silent as logger } from '../../test/counted.ts'
import { noPostgres, usePostgres } from '../../test/postgres.ts'
import {
  createConsumer,
  createInboxTables,
  defineEvent,
  handle,
  type Difference,
  rebuildView,
  type View
} from '../index.ts'
import { createMemoryKafka } from '../testing/memory-kafka.ts'
import { createMemoryOutbox } from '../testing/memory-outbox.ts'
import { createMemoryTopic } from '../testing/memory-topic.ts'

const databases = [
  ['MySQL', async () => (await useDatabase('rebuild')).db],
  ...(noPostgres === undefined ? ([['PostgreSQL', usePostgres]] as const) : [])
] as const

const payload = z.object({ note: z.string() })
const placed = defineEvent({ aggregate: 'order', name: 'placed', version: 1, payload })
const brought = defineEvent({ aggregate: 'delivery', name: 'brought', version: 1, payload })

/** Each kind of event has a column of its own, so the rows are the same in whatever order the events come. */
const view = (refuse: ReadonlySet<string> = new Set()): View => ({
  table: 'order_view',
  key: ['order_id'],
  ignored: ['written_at'],
  topics(table) {
    const write =
      (column: string) => async (event: { aggregateId: number; payload: { note: string } }, trx: Knex.Transaction) => {
        if (refuse.has(event.payload.note)) throw Object.assign(new Error('not this one'), { retryable: false })
        await trx(table)
          .insert({ order_id: event.aggregateId, [column]: event.payload.note })
          .onConflict('order_id')
          .merge([column])
      }
    return {
      orders: { placed: handle(placed, write('placed')) },
      deliveries: { brought: handle(brought, write('brought')) }
    }
  }
})

const named = (differences: readonly Difference[]) =>
  differences.map(({ kind, key }) => `${kind} ${String(Number(key['order_id']))}`).toSorted()

/** A view of two topics with a running group, and rows in it. */
async function useView(useDb: () => Promise<Knex>, orders = 50) {
  const db = await useDb()
  await createInboxTables(db)
  await db.schema.createTable('order_view', table => {
    table.bigInteger('order_id').primary()
    table.string('placed')
    table.string('brought')
    table.timestamp('written_at', { precision: 6 }).notNullable().defaultTo(db.fn.now(6))
  })
  const outboxes = {
    orders: createMemoryOutbox({ topic: createMemoryTopic({ name: 'orders' }) }),
    deliveries: createMemoryOutbox({ topic: createMemoryTopic({ name: 'deliveries' }) })
  }
  const kafka = createMemoryKafka(outboxes.orders.topic, outboxes.deliveries.topic)
  const group = 'order-service'
  const consumer = createConsumer({ kafka, group, db, logger, topics: view().topics('order_view') })
  onTestFinished(() => consumer.stop())
  await consumer.start()
  let last = 0
  /** Publishes both events of so many orders, and waits for them if asked to. */
  async function publish(count: number): Promise<void> {
    for (let n = 0; n < count; n++) {
      const aggregateId = ++last
      const note = `of ${aggregateId}`
      await outboxes.orders.transaction(trx => outboxes.orders.append(trx, placed({ aggregateId, payload: { note } })))
      await outboxes.deliveries.transaction(trx =>
        outboxes.deliveries.append(trx, brought({ aggregateId, payload: { note } }))
      )
    }
  }
  const rows = async (table = 'order_view') =>
    (await db(table).orderBy('order_id').select('order_id', 'placed', 'brought')).map(
      row => `${row.order_id} ${row.placed} ${row.brought}`
    )
  const wanted = () => Array.from({ length: last }, (_, n) => `${n + 1} of ${n + 1} of ${n + 1}`)
  await publish(orders)
  await eventually(async () => expect(await rows()).toEqual(wanted()))
  const options = { view: view(), db, kafka, group, logger }
  return { db, kafka, group, consumer, publish, rows, wanted, options }
}

it.each(databases)('reports on %s which rows differ, and changes nothing', async (_, useDb) => {
  const { db, rows, options } = await useView(useDb)
  expect(await rebuildView({ ...options, swap: false })).toMatchObject({
    rows: 50,
    differences: [],
    swapped: false
  })

  await db('order_view').where({ order_id: 7 }).update({ placed: 'OF 7' })
  await db('order_view').where({ order_id: 8 }).delete()
  await db('order_view').insert({ order_id: 99, placed: 'of 99' })
  const before = await rows()
  const { differences, examples } = await rebuildView({ ...options, swap: false })
  expect(named(differences)).toEqual(['added 8', 'changed 7', 'missing 99'])
  const changed = examples.find(({ kind }) => kind === 'changed')
  expect(changed).toMatchObject({ live: { placed: 'OF 7' }, rebuilt: { placed: 'of 7' } })
  expect(await rows()).toEqual(before)
  expect(await db.schema.hasTable('order_view_rebuilt')).toBe(false)
  expect(await db('inbox').where({ consumer: 'rebuild/order_view' })).toEqual([])
})

it.each(databases)('swaps on %s while events come and the table is read', async (_, useDb) => {
  const { db, publish, rows, wanted, options } = await useView(useDb)
  await db('order_view').whereIn('order_id', [3, 4]).update({ placed: 'wrong' })
  let busy = true
  const writing = (async () => {
    for (let n = 0; n < 200 && busy; n++) await publish(1).then(() => sleep(2))
  })()
  let reads = 0
  const reading = (async () => {
    for (; busy; reads++) expect(await db('order_view').where({ order_id: 1 }).first()).toBeDefined()
  })()
  // A database view reads the table of that name, whichever it is; on PostgreSQL it would keep to the old one.
  const onMysql = db.client.config.client === 'mysql2'
  if (onMysql) await db.raw('CREATE VIEW placed_order AS SELECT order_id, placed FROM order_view')
  const progress: number[] = []
  const onProgress = ({ read, total }: { read: number; total: number }) => void progress.push(read / total)
  try {
    const { swapped, differences } = await rebuildView({ ...options, swap: true, onProgress })
    expect(swapped).toBe(true)
    expect(named(differences)).toEqual(['changed 3', 'changed 4'])
  } finally {
    busy = false
    await writing
  }
  await reading
  expect(reads).toBeGreaterThan(0)
  expect(progress).toContain(1)
  await publish(1)
  await eventually(async () => expect(await rows()).toEqual(wanted()))
  if (onMysql) expect(await db('placed_order').where({ placed: 'wrong' })).toEqual([])
  expect((await rows('order_view_old')).filter(row => row.includes('wrong'))).toHaveLength(2)
  // A second swap replaces the table of the first.
  expect(await rebuildView({ ...options, swap: true })).toMatchObject({ differences: [], swapped: true })
})

it('goes on where it was ended', async () => {
  const { db, options } = await useView(databases[0][1])
  const ending = new AbortController()
  const onProgress = ({ read }: { read: number }) => void (read === 30 && ending.abort())
  const few = { ...options, batchSize: 5, lanes: 1 }
  await expect(rebuildView({ ...few, swap: true, signal: ending.signal, onProgress })).rejects.toThrow(/aborted/)
  const done = (await db('inbox').where({ consumer: 'rebuild/order_view' })).length
  expect(done).toBeGreaterThan(0)
  expect(done).toBeLessThan(100)
  const handled: string[] = []
  const watched: View = { ...options.view, topics: table => counting(options.view.topics(table), handled) }
  expect(await rebuildView({ ...few, view: watched, swap: true })).toMatchObject({ differences: [], swapped: true })
  expect(handled.length).toBe(100 - done)
})

function counting(topics: ReturnType<View['topics']>, handled: string[]): ReturnType<View['topics']> {
  const watch = (on: (typeof topics)[string]) =>
    Object.fromEntries(
      Object.entries(on).map(([name, handler]) => [
        name,
        {
          ...handler,
          work: async (...args: Parameters<typeof handler.work>) => {
            await handler.work(...args)
            handled.push(...args[0].map(event => event.messageId))
          }
        }
      ])
    )
  return Object.fromEntries(Object.entries(topics).map(([topic, on]) => [topic, watch(on)]))
}

it('swaps no table from which rows would be missing, unless they may go', async () => {
  const { db, rows, wanted, options } = await useView(databases[0][1])
  await db('order_view').insert({ order_id: 99, placed: 'of 99' })
  const swapping = { ...options, swap: true }
  await expect(rebuildView(swapping)).rejects.toMatchObject({
    code: 'REBUILD_REFUSED',
    message: expect.stringContaining('1 rows of order_view are missing in the rebuilt table')
  })
  expect(await rows()).toContain('99 of 99 null')
  expect(await rebuildView({ ...swapping, dropMissing: true })).toMatchObject({ swapped: true })
  expect(await rows()).toEqual(wanted())
})

it.each(databases)('refuses on %s to swap a table that has more than its name says', async (name, useDb) => {
  const { db, rows, wanted, options } = await useView(useDb, 1)
  const refusal = (what: string) => ({ code: 'REBUILD_REFUSED', message: expect.stringContaining(what) })
  await db.raw('CREATE TABLE note (order_id BIGINT, FOREIGN KEY (order_id) REFERENCES order_view (order_id))')
  await expect(rebuildView({ ...options, swap: true })).rejects.toMatchObject(refusal('foreign key note_'))
  expect(await rebuildView({ ...options, swap: false })).toMatchObject({ differences: [] })
  await db.schema.dropTable('note')
  if (name === 'PostgreSQL') await db.raw('CREATE VIEW placed_order AS SELECT placed FROM order_view')
  else await db.raw("CREATE TRIGGER placed_order BEFORE INSERT ON order_view FOR EACH ROW SET NEW.placed = 'x'")
  await expect(rebuildView({ ...options, swap: true })).rejects.toMatchObject(refusal('placed_order'))
  expect(await rows()).toEqual(wanted())
})

it('says which topics no longer have their first records, and swaps no table in which rows would lose what those told', async () => {
  const { kafka, rows, wanted, options } = await useView(databases[0][1])
  const shortened: typeof kafka = {
    ...kafka,
    async watermarks(topic) {
      const marks = await kafka.watermarks(topic)
      return topic === 'orders'
        ? new Map([...marks].map(([at, { high }]) => [at, { low: high > 2n ? 2n : 0n, high }]))
        : marks
    }
  }
  const { differences, shortened: topics } = await rebuildView({ ...options, kafka: shortened, swap: false })
  expect(topics).toEqual(['orders'])
  expect(differences.map(({ kind }) => kind)).toContain('changed')
  await expect(rebuildView({ ...options, kafka: shortened, swap: true })).rejects.toThrow(
    /are missing or differ in the rebuilt table. The first records of orders are gone/
  )
  expect(await rows()).toEqual(wanted())
})

it('swaps nothing if the group stands still, or an event is refused', async () => {
  const { consumer, db, publish, rows, options } = await useView(databases[0][1], 5)
  const refusing = rebuildView({ ...options, view: view(new Set(['of 3'])), swap: true })
  await expect(refusing).rejects.toThrow(/2 events can't be handled and are parked under rebuild\/order_view/)
  await db('order_view').where({ order_id: 1 }).update({ placed: 'wrong' })
  await consumer.stop()
  await publish(1)
  await expect(rebuildView({ ...options, swap: true, groupTimeoutMs: 300 })).rejects.toThrow(
    /The group order-service has not read partition \d of \w+ as far as the rebuilt table within 300 ms/
  )
  expect(await rows()).toContain('1 wrong of 1')
})
