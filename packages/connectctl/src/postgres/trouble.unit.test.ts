import { expect, it } from 'vitest'
import { positionIn } from './beginning.ts'
import { type Seen, troubleIn } from './lookout.ts'
import { misfit, type Slot } from './slot.ts'

const config = {
  'database.dbname': 'orders',
  'plugin.name': 'pgoutput',
  'slot.name': 'orders_outbox',
  'publication.name': 'orders_outbox',
  'table.include.list': 'public.outbox,public.connect_heartbeat'
}
const slot: Slot = {
  plugin: 'pgoutput',
  type: 'logical',
  database: 'orders',
  temporary: false,
  pid: 7,
  status: 'reserved',
  reason: null,
  confirmed: '0/16B3748',
  confirmedAt: 23_803_720,
  restartAt: 23_803_000,
  held: 1_000,
  safe: 1_000_000
}
const seen: Seen = { slot, published: true, tables: ['public.outbox', 'public.connect_heartbeat'], limit: 2_000_000 }

it('finds nothing wrong with a slot that moves and a publication of both tables', () => {
  expect(troubleIn(seen, config)).toBeUndefined()
})

it.each<readonly [what: string, changes: Partial<Seen>, trouble: object]>([
  ['no slot', { slot: null }, { cause: 'slot_lost', isLoss: true }],
  ['WAL that is gone', { slot: { ...slot, status: 'lost' } }, { cause: 'slot_invalidated', isLoss: true }],
  ['a reason', { slot: { ...slot, reason: 'idle_timeout' } }, { cause: 'slot_invalidated', isLoss: true }],
  ['no publication', { published: false, tables: [] }, { cause: 'publication_missing', isLoss: false }],
  [
    'a table that is not published',
    { tables: ['public.connect_heartbeat'] },
    { cause: 'publication_missing', isLoss: false }
  ],
  ['more than half of the limit', { slot: { ...slot, held: 1_000_001 } }, { cause: 'slot_lag', isLoss: false }],
  [
    'WAL that the next checkpoint removes',
    { slot: { ...slot, status: 'unreserved', safe: -1 } },
    { cause: 'slot_lag', isLoss: false }
  ],
  [
    'a GiB without a limit',
    { limit: -1, slot: { ...slot, held: 2 ** 30 + 1, safe: null } },
    { cause: 'slot_lag', isLoss: false }
  ]
])('sees %s', (_what, changes, trouble) => {
  expect(troubleIn({ ...seen, ...changes }, config)).toMatchObject(trouble)
})

it('takes another bound for the lag', () => {
  expect(troubleIn(seen, config, 999)?.cause).toBe('slot_lag')
})

it.each<readonly [changes: Partial<Slot>, words: string]>([
  [{ type: 'physical', database: null, plugin: null }, 'is physical'],
  [{ database: 'shop' }, 'is of the database shop, not of orders'],
  [{ plugin: 'test_decoding' }, 'is of the plugin test_decoding, not of pgoutput'],
  [{ temporary: true }, 'is temporary']
])('says why a slot cannot be the connector’s: %o', (changes, words) => {
  expect(misfit({ ...slot, ...changes }, config)).toContain(words)
  expect(misfit(slot, config)).toBeUndefined()
})

it('takes the newest position of an offset', () => {
  const stored = (offset: Record<string, unknown> | null) => positionIn({ offsets: [{ partition: {}, offset }] })
  expect(stored({ lsn: 5, lsn_proc: 7, lsn_commit: 6 })).toBe(7)
  expect(stored({ lsn: 5 })).toBe(5)
  expect(stored(null)).toBeUndefined()
  expect(positionIn({ offsets: [] })).toBeUndefined()
})
