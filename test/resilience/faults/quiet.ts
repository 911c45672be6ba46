import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../support/eventually.ts'
import { crash } from '../harness/break.ts'
import type { Injected, Fault, FaultOptions } from '../harness/fault.ts'
import type { Lab } from '../harness/lab.ts'

export const quietOutbox: readonly Fault[] = [
  {
    name: 'busy-schema',
    title: 'The outbox is quiet beside a busy schema for 2 minutes (quick: 5 s), then Connect is killed',
    healWithinMs: 20_000,
    inject: fillAnotherSchema
  }
]

type Offset = { readonly file: string; readonly pos: number }

async function fillAnotherSchema(lab: Lab, { quick, pauseWrites }: FaultOptions): Promise<Injected> {
  const { db } = lab
  await db.raw('CREATE DATABASE IF NOT EXISTS busy')
  await db.raw('CREATE TABLE IF NOT EXISTS busy.noise (id BIGINT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(1000))')
  pauseWrites(true)
  try {
    await sleep(2_000)
    const before = await offset(lab)
    const rows = Array.from({ length: 100 }, () => ({ text: 'x'.repeat(1_000) }))
    let written = 0
    for (const until = Date.now() + (quick ? 5_000 : 120_000); Date.now() < until; await sleep(20)) {
      await db('busy.noise').insert(rows)
      written += rows.length
    }
    const end = await writtenUpTo(lab)
    const isNear = ({ file, pos }: Offset) => file === end.file && pos >= end.pos
    const catchUp = async () => {
      if (!isNear(await offset(lab))) throw new Error('the offset lies before the noise')
    }
    await eventually(catchUp, { timeoutMs: 60_000, everyMs: 250 }).catch(() => undefined)
    const after = await offset(lab)
    const moved = after.file > before.file || after.pos > before.pos
    const near = isNear(after)
    const { causeOverAt } = await crash(lab, 'connect-1')
    const how = `${written} rows elsewhere; the offset went from ${before.file}/${before.pos} to ${after.file}/${after.pos}`
    const broken = near ? [] : [`a restart would read the noise again: ${how}, MySQL is at ${end.file}/${end.pos}`]
    return { observed: moved || !near ? how : undefined, causeOverAt, broken }
  } finally {
    pauseWrites(false)
  }
}

async function offset({ pipeline }: Lab): Promise<Offset> {
  const answer = await fetch(`${pipeline.stack.connect.urls[0]}/connectors/orders-connector/offsets`)
  const { offsets } = (await answer.json()) as { offsets: { offset: Offset }[] }
  const [first] = offsets
  if (first === undefined) throw new Error('Connect holds no offset')
  return first.offset
}

async function writtenUpTo({ db }: Lab): Promise<Offset> {
  const [rows] = (await db.raw('SHOW BINARY LOG STATUS')) as [{ File: string; Position: number }[]]
  return { file: rows[0]?.File ?? '', pos: rows[0]?.Position ?? 0 }
}
