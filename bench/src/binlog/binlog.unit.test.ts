import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readCommits } from './commits.ts'

const uint = (value: number, bytes: number): Buffer => {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntLE(value, 0, Math.min(bytes, 6))
  return buffer
}
const text = (value: string): Buffer => Buffer.concat([uint(value.length, 1), Buffer.from(value), Buffer.from([0])])

function event(type: number, body: Buffer): Buffer {
  const size = 19 + body.length + 4
  return Buffer.concat([
    Buffer.alloc(4),
    uint(type, 1),
    Buffer.alloc(4),
    uint(size, 4),
    Buffer.alloc(6),
    body,
    Buffer.alloc(4)
  ])
}

/** Microseconds, with the bit set that says that a second timestamp follows. */
const gtid = (micros: number): Buffer => {
  const stamp = uint(micros % 2 ** 48, 6)
  return event(33, Buffer.concat([Buffer.alloc(42), stamp, Buffer.from([0x80 | Math.floor(micros / 2 ** 48)])]))
}

/** As customer_order and delivery both have them: BIGINT, VARCHAR(255), INT, TIMESTAMP(6). */
const types = [8, 15, 3, 17]

function tableMap(id: number, table: 'customer_order' | 'delivery'): Buffer {
  const meta = Buffer.concat([uint(1020, 2), uint(6, 1)])
  const head = Buffer.concat([uint(id, 6), Buffer.alloc(2), text('shop'), text(table), uint(types.length, 1)])
  return event(19, Buffer.concat([head, Buffer.from(types), uint(meta.length, 1), meta, Buffer.alloc(1)]))
}

type Row = { readonly id: number; readonly name: string; readonly at: number }

function rows(tableId: number, list: readonly Row[]): Buffer {
  const images = list.map(({ id, name, at }) => {
    const seconds = Buffer.alloc(4)
    seconds.writeUInt32BE(Math.floor(at / 1e6))
    const micros = Buffer.alloc(3)
    micros.writeUIntBE(at % 1e6, 0, 3)
    const value = Buffer.from(name)
    return Buffer.concat([Buffer.alloc(1), uint(id, 8), uint(value.length, 2), value, uint(95, 4), seconds, micros])
  })
  const head = Buffer.concat([uint(tableId, 6), Buffer.alloc(2), uint(2, 2), uint(4, 1), Buffer.from([0xff])])
  return event(30, Buffer.concat([head, ...images]))
}

it('takes each commit from the transaction that it belongs to, across files, and only what lies between', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'binlog-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const now = 1_795_000_000_123_456
  const before = Buffer.concat([
    Buffer.alloc(4),
    gtid(1),
    tableMap(7, 'customer_order'),
    rows(7, [{ id: 1, name: 'old', at: 0 }])
  ])
  const first = Buffer.concat([gtid(now), tableMap(7, 'customer_order'), rows(7, [{ id: 41, name: 'jöön', at: now }])])
  const two = [41, 42].map(id => ({ id, name: '', at: now + 700 }))
  const second = Buffer.concat([Buffer.alloc(4), gtid(now + 900), tableMap(9, 'delivery'), rows(9, two)])
  await writeFile(join(dir, 'binlog.000009'), Buffer.concat([before, first]))
  await writeFile(join(dir, 'binlog.000010'), Buffer.concat([second, gtid(5), rows(9, two)]))
  const { orders, deliveries } = await readCommits(
    dir,
    { file: 'binlog.000009', position: before.length },
    { file: 'binlog.000010', position: second.length }
  )
  expect([...orders]).toEqual([[41, now]])
  expect([...deliveries]).toEqual([41, 42].map(id => [id, { commit: now + 900, begun: now + 700 }]))
})
