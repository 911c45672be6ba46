import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { mysqlConnections } from '@outbox-cdc/test-support/mysql-connections'
import { useStack } from '@outbox-cdc/test-support/use-stack'
import { closeAfterTest, orderCreated, storeFor, useOrders } from '../../test/orders-database.ts'
import { useTcpProxy } from '../../test/tcp-proxy.ts'
import type { StoreName } from '../index.ts'
import { generatedId, generatesId, openOneTripOutbox, type SqlValue, sql } from './index.ts'

const created = (name: string) => orderCreated({ aggregateId: generatedId, payload: { name, quantity: 1 } })
const insertOrder = (name: SqlValue) => sql`INSERT INTO customer_order (name, quantity) VALUES (${name}, ${1})`
const fault = (code: string, retryable = false) => expect.objectContaining({ code, retryable })

async function useOneTrip(store: StoreName = 'delete', connections = 1) {
  const database = await useOrders(store)
  const outbox = await openOneTripOutbox({ store: storeFor(store), connection: database.url, connections })
  return { ...database, outbox: closeAfterTest(outbox) }
}

describe('openOneTripOutbox', () => {
  it.each(['delete', 'blackhole'] as const)('commits order and event with the new id: %s', async store => {
    const { db, outbox, published } = await useOneTrip(store)
    const [result] = await outbox.commit(insertOrder('joon'), [created('joon'), created('again')])
    expect(result).toEqual({ affectedRows: 1, insertId: expect.any(Number) })
    const event_id = result?.insertId
    expect(await published()).toMatchObject([
      { event_id, payload: { name: 'joon' } },
      { event_id, payload: { name: 'again' } }
    ])
    expect(await db('outbox')).toHaveLength(0)
  })

  it('works in the same way whatever the driver options of its connection are', async () => {
    const { db, url, published } = await useOrders()
    await db.raw(`ALTER TABLE customer_order AUTO_INCREMENT = ${2 ** 31}`)
    const options = { rowsAsArray: true, nestTables: true, typeCast: () => 'shouted', namedPlaceholders: true }
    const numbers = { supportBigNumbers: true, bigNumberStrings: true, charset: 'latin1' }
    const outbox = closeAfterTest(await openOneTripOutbox({ connection: { uri: url, ...options, ...numbers } }))
    const event = orderCreated({
      aggregateId: generatedId,
      payload: { name: 'Zoë', quantity: 1 },
      correlationId: '✖ 😀'
    })
    const [result] = await outbox.commit(insertOrder('Zoë ✖'), event)
    expect(result?.insertId).toBe(2 ** 31)
    expect(await db('customer_order')).toMatchObject([{ name: 'Zoë ✖' }])
    expect(await published()).toMatchObject([{ event_id: 2 ** 31, payload: { name: 'Zoë' } }])
  })

  it('keeps injection attempts as data', async () => {
    const { outbox, orders, published } = await useOneTrip()
    const attempts = [
      `'); DELETE FROM customer_order; -- `,
      `\\'; COMMIT; -- `,
      '? ?? :a',
      `" OR 1=1 #`,
      '\u0000\n;',
      '\u00bf\u5c27'
    ]
    for (const attempt of attempts) await outbox.commit(insertOrder(attempt), created(attempt))
    expect((await orders()).map(order => order.name)).toEqual(attempts)
    expect((await published()).map(row => row.payload.name)).toEqual(attempts)
  })

  it('sets the SQL mode in which escaping is safe, and takes no gap locks, whatever the server has', async () => {
    const { outbox, orders } = await useOneTrip()
    const settings = sql`INSERT INTO customer_order (name) VALUES (@@SESSION.sql_mode), (@@SESSION.transaction_isolation)`
    await outbox.commit(settings, [])
    const [order, isolation] = await orders()
    expect(isolation?.name).toBe('READ-COMMITTED')
    expect(order?.name).toContain('STRICT_TRANS_TABLES')
    expect(order?.name).not.toContain('NO_BACKSLASH_ESCAPES')
  })

  it.each([
    ['the first statement', [generatesId(insertOrder('x'.repeat(300))), insertOrder('b')], [created('b')]],
    [
      'a later statement',
      [generatesId(insertOrder('a')), sql`INSERT INTO no_such_table (a) VALUES (${1})`],
      [created('a')]
    ],
    ['the event', [insertOrder('a')], [created('half a character: \ud800')]]
  ])('undoes everything when %s fails, and the connection stays usable', async (_, statements, events) => {
    const { outbox, orders, published } = await useOneTrip()
    await expect(outbox.commit(statements, events)).rejects.toMatchObject({ retryable: false })
    await outbox.commit(insertOrder('next'), created('next'))
    expect((await orders()).map(order => order.name)).toEqual(['next'])
    expect((await published()).map(row => row.payload.name)).toEqual(['next'])
  })

  it('never publishes under the id of an earlier transaction', async () => {
    const { outbox, published } = await useOneTrip()
    await outbox.commit(insertOrder('first'), created('first'))
    const update = sql`UPDATE customer_order SET quantity = ${2} WHERE name = ${'first'}`
    await expect(outbox.commit(update, created('second'))).rejects.toEqual(fault('WRITE_FAILED'))
    expect(await published()).toHaveLength(1)
  })

  it('publishes under the id of the named statement, whatever the others generate', async () => {
    const { db, outbox, published } = await useOneTrip()
    await db.raw('CREATE TABLE line (id BIGINT AUTO_INCREMENT PRIMARY KEY, order_id BIGINT) AUTO_INCREMENT = 500')
    await db.raw('CREATE TABLE audit (id BIGINT AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT = 900')
    await db.raw('CREATE TRIGGER audited AFTER INSERT ON customer_order FOR EACH ROW INSERT INTO audit VALUES (NULL)')
    const line = sql`INSERT INTO line (order_id) VALUES (LAST_INSERT_ID()), (LAST_INSERT_ID())`
    const audit = sql`INSERT INTO audit VALUES (NULL)`
    const results = await outbox.commit([audit, generatesId(insertOrder('joon')), line, audit], created('joon'))
    expect(results.map(({ insertId }) => insertId)).toEqual([expect.any(Number), 1, 500, expect.any(Number)])
    expect(await published()).toMatchObject([{ event_id: 1 }])
    expect(await db('line').pluck('order_id')).toEqual([1, 1])
  })

  it.each([
    ['ignored', sql`INSERT IGNORE INTO customer_order (id, name) VALUES (${1}, ${'again'})`],
    ['made with an id of the caller', sql`INSERT INTO customer_order (id, name) VALUES (${77}, ${'explicit'})`]
  ])('commits nothing when the row of the named statement is %s', async (_, insert) => {
    const { db, outbox, orders, published } = await useOneTrip()
    await db('customer_order').insert({ id: 1, name: 'first' })
    const wrong = { code: 'WRITE_FAILED', retryable: false, message: expect.stringContaining('generated no id') }
    for (const statements of [[insert], [insertOrder('child'), generatesId(insert), insertOrder('child')]])
      await expect(outbox.commit(statements, created('joon'))).rejects.toMatchObject(wrong)
    expect((await orders()).map(order => order.name)).toEqual(['first'])
    expect(await published()).toEqual([])
  })

  it('sends nothing when it is not clear which statement generates the id', async () => {
    const { outbox, orders } = await useOneTrip()
    const named = generatesId(insertOrder('a'))
    const ofCustomer = generatesId(sql`INSERT INTO customer_order (quantity) VALUES (LAST_INSERT_ID())`)
    for (const statements of [[], [insertOrder('a'), insertOrder('b')], [named, named], [insertOrder('a'), ofCustomer]])
      await expect(outbox.commit(statements, created('a'))).rejects.toEqual(fault('STATEMENT_INVALID'))
    expect(await orders()).toEqual([])
  })

  it('reports an unknown outcome when the connection dies during the commit', async () => {
    const { db, outbox } = await useOneTrip()
    const slow = outbox.commit([sql`INSERT INTO customer_order (name) SELECT SLEEP(${5})`], created('slow'))
    const killed = expect(slow).rejects.toEqual(fault('COMMIT_UNKNOWN'))
    await expect
      .poll(async () => {
        const sleeping = (await mysqlConnections(db)).filter(({ statement }) => statement?.includes('SLEEP(5)'))
        for (const { id } of sleeping) await db.raw('KILL ?', [id])
        return sleeping.length
      })
      .toBe(1)
    await killed
    await outbox.commit(insertOrder('after'), created('after'))
  })

  it('says which key a repeat met, by the error of the driver', async () => {
    const { db, outbox } = await useOneTrip()
    await db.raw('CREATE TABLE request (id VARCHAR(20) PRIMARY KEY)')
    const commit = () =>
      outbox.commit([sql`INSERT INTO request VALUES (${'first'})`, generatesId(insertOrder('a'))], created('a'))
    await commit()
    await expect(commit()).rejects.toMatchObject({
      code: 'WRITE_FAILED',
      retryable: false,
      cause: { code: 'ER_DUP_ENTRY' }
    })
    expect(await db('customer_order')).toHaveLength(1)
  })

  it('connects to a MySQL that was away for a moment', async () => {
    const { url } = await useOrders()
    const proxy = await useTcpProxy(useStack().mysql)
    const through = new URL(url)
    through.port = String(proxy.port)
    proxy.cut()
    const opening = openOneTripOutbox({ connection: through.href, waitMs: 10_000 })
    await sleep(300)
    proxy.heal()
    const outbox = closeAfterTest(await opening)
    await expect(outbox.commit(insertOrder('a'), created('a'))).resolves.toMatchObject([{ insertId: 1 }])
  })

  it('calls a lock wait and an unreachable server retryable', async () => {
    const { outbox, db, url } = await useOneTrip()
    const port = new URL(url)
    port.port = '1'
    const away = openOneTripOutbox({ connection: port.href })
    await expect(away).rejects.toEqual(fault('WRITE_FAILED', true))
    await db('customer_order').insert({ id: 1, name: 'held', quantity: 1 })
    const holder = await db.transaction()
    await holder('customer_order').where({ id: 1 }).update({ quantity: 2 })
    const wait = sql`SET SESSION innodb_lock_wait_timeout = ${1}`
    const blocked = outbox.commit([wait, sql`UPDATE customer_order SET quantity = ${3} WHERE id = ${1}`], [])
    await expect(blocked).rejects.toEqual(fault('WRITE_FAILED', true))
    await holder.rollback()
  })

  it('waits for a silent server only as long as it is told, and continues when the server is back', async () => {
    const { orders, published, url } = await useOrders()
    const proxy = await useTcpProxy(useStack().mysql)
    const through = new URL(url)
    through.port = String(proxy.port)
    const open = () => openOneTripOutbox({ connection: through.href, connections: 1, waitMs: 300, silenceMs: 400 })
    const outbox = closeAfterTest(await open())
    await outbox.commit(insertOrder('before'), created('before'))

    proxy.freeze()
    await expect(outbox.commit(insertOrder('unknown'), created('unknown'))).rejects.toEqual(fault('COMMIT_UNKNOWN'))
    await expect(outbox.commit(insertOrder('unsent'), created('unsent'))).rejects.toEqual(fault('WRITE_FAILED', true))
    await expect(open()).rejects.toEqual(fault('WRITE_FAILED', true))

    proxy.heal()
    await expect.poll(() => outbox.commit(insertOrder('after'), created('after')).catch(() => [])).toHaveLength(1)
    const names = (await orders()).map(order => order.name)
    expect(names.filter(name => name !== 'unknown')).toEqual(['before', 'after'])
    expect((await published()).map(row => row.payload.name).sort()).toEqual(names.sort())
    proxy.freeze()
    await outbox.close()
  })

  it('rejects text without the tag, and the table of another store', async () => {
    const { outbox, url } = await useOneTrip()
    const forged = { sql: 'DROP TABLE customer_order', values: [] } as unknown as ReturnType<typeof sql>
    await expect(outbox.commit(forged, [])).rejects.toEqual(fault('STATEMENT_INVALID'))
    await expect(openOneTripOutbox({ store: storeFor('blackhole'), connection: url })).rejects.toEqual(
      fault('STORE_MISMATCH')
    )
  })
})
