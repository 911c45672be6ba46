import { expect, it } from 'vitest'
import { z } from 'zod'
import { describeApi } from './api-docs.ts'
import { numberedQuerySchema } from './numbered-page.ts'
import { validated } from './validate.ts'

const schema = numberedQuerySchema({ id: 'id', itemName: 'item_name' }).extend({
  status: z.enum(['OPEN', 'DONE']).optional()
})
const read = (query: unknown) => validated(schema, query, 'query')
const problemOf = (query: unknown) => {
  try {
    return read(query)
  } catch (error) {
    return (error as Error).message
  }
}
const byId = (order: string) => [
  { column: 'id', order },
  { column: 'id', order }
]
const byName = (order: string) => [
  { column: 'item_name', order },
  { column: 'id', order }
]

it('reads the first twenty, upwards, if the query says nothing', () => {
  expect(read({})).toEqual({ page: 0, size: 20, sort: byId('asc') })
})

it.each([
  [
    { page: '3', size: '200', sort: 'id,desc' },
    { page: 3, size: 200, sort: byId('desc') }
  ],
  [
    { page: '1000000', size: '1' },
    { page: 1_000_000, size: 1, sort: byId('asc') }
  ],
  [{ sort: 'itemName' }, { page: 0, size: 20, sort: byName('asc') }],
  [
    { sort: 'itemName,desc', status: 'OPEN' },
    { page: 0, size: 20, sort: byName('desc'), status: 'OPEN' }
  ]
])('reads %o', (query, expected) => {
  expect(read(query)).toEqual(expected)
})

const wrongSort = 'sort must be one of id, itemName, perhaps with ,asc or ,desc'
it.each([
  [{ page: '-1' }, 'page must be a whole number from 0 to 1000000'],
  [{ page: '1000001' }, 'page must be a whole number from 0 to 1000000'],
  [{ page: ['1', '2'] }, 'page must be a whole number from 0 to 1000000'],
  [{ size: '0' }, 'size must be a whole number from 1 to 200'],
  [{ size: '201' }, 'size must be a whole number from 1 to 200'],
  [{ size: '' }, 'size must be a whole number from 1 to 200'],
  [{ sort: 'item_name' }, wrongSort],
  [{ sort: 'id,DESC' }, wrongSort],
  [{ sort: 'id,desc,itemName' }, wrongSort],
  [{ sort: 'id; DROP TABLE item' }, wrongSort],
  [{ sort: 'toString' }, wrongSort],
  [{ sort: ['id', 'itemName'] }, wrongSort],
  [{ limit: '5' }, 'limit is not a known field']
])('refuses %o', (query, message) => {
  expect(problemOf(query)).toBe(message)
})

it('describes its parameters as ones that need not be given', () => {
  const document = describeApi('test', 'A test.', [
    { method: 'get', path: '/items', request: { query: schema }, responses: { 200: { description: 'A page' } } }
  ])
  expect(document).toMatchObject({
    paths: {
      '/items': {
        get: {
          parameters: [
            { name: 'page', required: false, schema: { type: 'integer', minimum: 0, maximum: 1_000_000 } },
            { name: 'size', required: false, schema: { type: 'integer', minimum: 1, maximum: 200 } },
            { name: 'sort', required: false, schema: { type: 'string', enum: expect.arrayContaining(['id,desc']) } },
            { name: 'status', required: false }
          ]
        }
      }
    }
  })
})
