import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fetchJson } from '@outbox-cdc/test-support/http'
import { buildService, createOrdersDatabase, type OrdersDatabase } from '../../test/build-service.ts'

let database: OrdersDatabase
beforeAll(async () => void (database = await createOrdersDatabase()))
afterAll(() => database.drop())

const build = () => buildService({ url: database.url })
const countOrders = async () => Number((await database.db('customer_order').count({ n: '*' }))[0]?.['n'])

describe('POST /order', () => {
  it('answers 201 with the order and its location', async () => {
    const { get, post } = await build()
    const { status, headers, body: order } = await post({ name: 'joon', quantity: 95 })
    expect(status).toBe(201)
    expect(order).toEqual({ id: expect.any(Number), name: 'joon', quantity: 95, createdAt: expect.any(String) })
    expect(new Date(order.createdAt).toISOString()).toBe(order.createdAt)
    expect(headers.get('location')).toBe(`/order/${order.id}`)
    expect((await get(`/order/${order.id}`)).body).toEqual(order)
  })

  it.each([
    ['an emoji of several code points', '👨‍👩‍👧‍👦 family'],
    ['Arabic', 'مرحبا'],
    ['Korean', '준'],
    ['decomposed letters', 'e\u0301'],
    ['quotes, backslashes and SQL', `'; DROP TABLE customer_order; -- \\ "`],
    ['spaces at both ends', ' joon '],
    ['255 characters of four bytes each', '😀'.repeat(255)]
  ])('keeps a name byte for byte: %s', async (_, name) => {
    const { get, post } = await build()
    const { id } = (await post({ name, quantity: 1 })).body
    expect((await get(`/order/${id}`)).body.name).toBe(name)
    const [row] = await database.db('customer_order').where({ id }).select(database.db.raw('HEX(name) AS hex'))
    expect(row.hex).toBe(Buffer.from(name).toString('hex').toUpperCase())
  })

  it('takes the largest INT of MySQL', async () => {
    const { post } = await build()
    expect((await post({ name: 'joon', quantity: 2_147_483_647 })).status).toBe(201)
  })
})

const valid = { name: 'joon', quantity: 95 }
const nested = '['.repeat(50_000) + ']'.repeat(50_000)
const refused: [what: string, body: unknown, fields: string[]][] = [
  ['broken JSON', '{"name":', ['body']],
  ['no body', '', ['name', 'quantity']],
  ['null', 'null', ['body']],
  ['an array', [valid], ['body']],
  ['a nest of arrays', nested, ['body']],
  ['bytes that are not UTF-8', Buffer.from('{"name":"\xff","quantity":1}', 'latin1'), ['body']],
  ['UTF-16', Buffer.from(JSON.stringify(valid), 'utf16le'), ['body']],
  ['no fields', {}, ['name', 'quantity']],
  ['an unknown field', { ...valid, price: 1 }, ['price']],
  ['__proto__', '{"name":"joon","quantity":95,"__proto__":{"admin":true}}', ['__proto__']],
  ['constructor', '{"name":"joon","quantity":95,"constructor":{}}', ['constructor']],
  ['quantity 0', { ...valid, quantity: 0 }, ['quantity']],
  ['a negative quantity', { ...valid, quantity: -1 }, ['quantity']],
  ['a fractional quantity', { ...valid, quantity: 1.5 }, ['quantity']],
  ['a quantity in a string', { ...valid, quantity: '95' }, ['quantity']],
  ['a quantity beyond INT', { ...valid, quantity: 2_147_483_648 }, ['quantity']],
  ['a quantity beyond all', '{"name":"joon","quantity":1e999}', ['quantity']],
  ['a quantity of null', { ...valid, quantity: null }, ['quantity']],
  ['a number as name', { ...valid, name: 5 }, ['name']],
  ['an empty name', { ...valid, name: '' }, ['name']],
  ['a name of white space', { ...valid, name: ' \t\u3000' }, ['name']],
  ['a name of 256 characters', { ...valid, name: 'x'.repeat(256) }, ['name']],
  ['a NUL in the name', { ...valid, name: 'jo\0on' }, ['name']],
  ['half a surrogate pair', '{"name":"\\ud83d","quantity":95}', ['name']]
]

describe('a bad request', () => {
  it.each(refused)('is a 400 that names the field, and writes nothing: %s', async (_, body, fields) => {
    const { post } = await build()
    const before = await countOrders()
    const { status, headers, body: problem } = await post(body)
    expect(headers.get('content-type')).toContain('application/problem+json')
    expect(problem).toMatchObject({ status: 400, title: expect.any(String), instance: '/order' })
    expect([status, problem.errors.map(({ field }: { field: string }) => field)]).toEqual([400, fields])
    expect(await countOrders()).toBe(before)
  })

  it.each([
    ['text/plain', 'text/plain', 415],
    ['a form', 'application/x-www-form-urlencoded', 415],
    ['another charset', 'application/json; charset=utf-16', 415],
    ['JSON with a charset', 'application/json; charset=UTF-8', 201]
  ])('is answered by its content type: %s', async (_, type, status) => {
    const { post } = await build()
    const response = await post(valid, { 'content-type': type })
    expect(response.status).toBe(status)
    if (status === 415) expect(response.body.errors[0].field).toBe('content-type')
  })

  it('is a 413 beyond 100 kB, and a 415 when it is compressed', async () => {
    const { post } = await build()
    const large = await post({ ...valid, name: 'x'.repeat(100_001) })
    expect([large.status, large.body.errors[0].field]).toEqual([413, 'body'])
    const zipped = await post(valid, { 'content-encoding': 'gzip' })
    expect([zipped.status, zipped.body.errors[0].field]).toEqual([415, 'content-encoding'])
  })

  it('is a 404 for an unknown route, and a 405 with Allow for a wrong method', async () => {
    const { base, get } = await build()
    const unknown = await get('/orders/1/items')
    expect([unknown.status, unknown.body.status]).toEqual([404, 404])
    const wrong = await fetchJson(`${base}/order/1`, { method: 'DELETE' })
    expect([wrong.status, wrong.headers.get('allow'), wrong.body.status]).toEqual([405, 'GET, HEAD', 405])
    const options = await fetchJson(`${base}/order`, { method: 'OPTIONS' })
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'POST'])
  })

  it.each([
    ['/order/abc', 'id'],
    ['/order/0', 'id'],
    ['/order/-1', 'id'],
    ['/order/1.5', 'id'],
    ['/order/1e3', 'id'],
    ['/order/9007199254740993', 'id'],
    ['/order/99999999999999999999', 'id'],
    ['/order/%E0%A4%A', 'url'],
    ['/orders?limit=0', 'limit'],
    ['/orders?limit=201', 'limit'],
    ['/orders?limit=ten', 'limit'],
    ['/orders?limit=1&limit=2', 'limit'],
    ['/orders?before=x', 'before'],
    ['/orders?page=2', 'page']
  ])('is a 400 that names the parameter: %s', async (path, field) => {
    const { get } = await build()
    const { status, body } = await get(path)
    expect([status, body.errors[0].field]).toEqual([400, field])
  })

  it('is a 404 for an order that does not exist', async () => {
    const { get } = await build()
    expect((await get('/order/9007199254740991')).status).toBe(404)
  })
})

describe('GET /orders', () => {
  it('returns every order once, newest first, page by page, while new ones arrive', async () => {
    const { get, post } = await build()
    const ids: number[] = []
    for (const quantity of [1, 2, 3, 4, 5]) ids.push((await post({ name: 'page', quantity })).body.id)
    const { body: first } = await get('/orders?limit=2')
    await post({ name: 'a late one', quantity: 1 })
    const { body: second } = await get(`/orders?limit=2&before=${first.next}`)
    const { body: third } = await get(`/orders?limit=1&before=${second.next}`)
    const seen = [first, second, third].flatMap(page => page.items.map(({ id }: { id: number }) => id))
    expect(seen).toEqual(ids.toReversed())
  })

  it('ends with next null', async () => {
    const { get, post } = await build()
    await post(valid)
    const oldest = await database.db('customer_order').min({ id: 'id' })
    const { body } = await get(`/orders?before=${oldest[0]?.['id'] + 1}`)
    expect([body.items.length, body.next]).toEqual([1, null])
  })
})
