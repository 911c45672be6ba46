import { expect, it } from 'vitest'
import { reportOf } from './report.ts'
import type { Rebuilt, View } from './view.ts'

const view: View = { table: 'my_page', key: ['order_id'], ignored: ['written_at'], topics: () => ({}) }
const nothing: Rebuilt = { swapped: false, rows: 3, differences: [], unsettled: [], examples: [], shortened: [] }
const changed = (order_id: number) => ({ kind: 'changed', key: { order_id } }) as const

it('shows of a row that differs the columns that differ, and names the others by their key', () => {
  const live = { order_id: 7, note: 'a\u202eb', paid_at: null, qty: 1, written_at: 1 }
  const rebuilt = { order_id: 7, note: 'ab', paid_at: new Date(0), qty: 1, written_at: 2 }
  const differences = [7, 8, 9].map(changed)
  expect(reportOf(view, { ...nothing, differences, examples: [{ ...changed(7), live, rebuilt }] })).toEqual([
    '3 rows rebuilt. These differ:',
    '  3 in both tables, with other values',
    '    order_id 7',
    '      note: "a\\u202eb" live, "ab" rebuilt',
    '      paid_at: null live, "1970-01-01T00:00:00.000Z" rebuilt',
    '    … and order_id 8, order_id 9',
    'Nothing was changed. --swap puts a rebuilt table in the place of my_page.'
  ])
})

it('says what it could not compare, and what the topics no longer tell', () => {
  expect(reportOf(view, { ...nothing, unsettled: [{ order_id: 4 }], shortened: ['orders'], swapped: true })).toEqual([
    '3 rows rebuilt. None differs from those of my_page.',
    'Not compared, because events kept changing them: order_id 4',
    'orders no longer has its first records: what only those told is not in the rebuilt table.',
    'Swapped: my_page is the rebuilt table now. The one before is my_page_old until the next swap.'
  ])
})
