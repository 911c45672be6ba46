import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildService, createOrdersDatabase, type OrdersDatabase, type TestService } from '../../test/build-service.ts'

let database: OrdersDatabase
beforeAll(async () => void (database = await createOrdersDatabase()))
afterAll(() => database.drop())

const build = () => buildService({ url: database.url })
const countOrders = async () => Number((await database.db('customer_order').count({ n: '*' }))[0]?.['n'])

describe('POST /order', () => {
  it('answers 201 with the order and where it is', async () => {
    const { base, post } = await build()
    const response = await post({ name: 'joon', quantity: 95 })
    const order = await response.json()
    expect(response.status).toBe(201)
    expect(order).toEqual({ id: expect.any(Number), name: 'joon', quantity: 95, createdAt: expect.any(String) })
    expect(new Date(order.createdAt).toISOString()).toBe(order.createdAt)
    const location = response.headers.get('location')
    expect(location).toBe(`/order/${order.id}`)
    expect(await (await fetch(base + location)).json()).toEqual(order)
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
    const { base, post } = await build()
    const { id } = await (await post({ name, quantity: 1 })).json()
    expect((await (await fetch(`${base}/order/${id}`)).json()).name).toBe(name)
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
    const response = await post(body)
    const problem = await response.json()
    expect(response.headers.get('content-type')).toContain('application/problem+json')
    expect(problem).toMatchObject({ status: 400, title: expect.any(String), instance: '/order' })
    expect([response.status, problem.errors.map(({ field }: { field: string }) => field)]).toEqual([400, fields])
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
    if (status === 415) expect((await response.json()).errors[0].field).toBe('content-type')
  })

  it('is a 413 beyond 100 kB, and a 415 when it is compressed', async () => {
    const { post } = await build()
    const large = await post({ ...valid, name: 'x'.repeat(100_001) })
    expect([large.status, (await large.json()).errors[0].field]).toEqual([413, 'body'])
    const zipped = await post(valid, { 'content-encoding': 'gzip' })
    expect([zipped.status, (await zipped.json()).errors[0].field]).toEqual([415, 'content-encoding'])
  })

  it('is a 404 for an unknown route, and a 405 with Allow for a wrong method', async () => {
    const { base } = await build()
    const unknown = await fetch(`${base}/orders/1/items`)
    expect([unknown.status, (await unknown.json()).status]).toEqual([404, 404])
    const wrong = await fetch(`${base}/order/1`, { method: 'DELETE' })
    expect([wrong.status, wrong.headers.get('allow'), (await wrong.json()).status]).toEqual([405, 'GET, HEAD', 405])
    const options = await fetch(`${base}/order`, { method: 'OPTIONS' })
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
    const { base } = await build()
    const response = await fetch(base + path)
    expect([response.status, (await response.json()).errors[0].field]).toEqual([400, field])
  })

  it('is a 404 for an order that is not there', async () => {
    const { base } = await build()
    expect((await fetch(`${base}/order/9007199254740991`)).status).toBe(404)
  })
})

describe('GET /orders', () => {
  it('gives every order once, newest first, page by page, while new ones arrive', async () => {
    const { base, post }: TestService = await build()
    const ids: number[] = []
    for (const quantity of [1, 2, 3, 4, 5]) ids.push((await (await post({ name: 'page', quantity })).json()).id)
    const first = await (await fetch(`${base}/orders?limit=2`)).json()
    await post({ name: 'a late one', quantity: 1 })
    const second = await (await fetch(`${base}/orders?limit=2&before=${first.next}`)).json()
    const third = await (await fetch(`${base}/orders?limit=1&before=${second.next}`)).json()
    const seen = [first, second, third].flatMap(page => page.items.map(({ id }: { id: number }) => id))
    expect(seen).toEqual(ids.toReversed())
  })

  it('ends with next null', async () => {
    const { base } = await build()
    const [{ first }] = await database.db('customer_order').min({ first: 'id' })
    const last = await (await fetch(`${base}/orders?before=${Number(first) + 1}`)).json()
    expect([last.items.length, last.next]).toEqual([1, null])
  })
})
