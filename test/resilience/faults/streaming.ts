import { setTimeout as sleep } from 'node:timers/promises'
import { ledgerMoved } from '../ledger/ledger.ts'
import type { Injected, Fault } from '../harness/fault.ts'
import type { Lab } from '../harness/lab.ts'

export const streaming: readonly Fault[] = [
  {
    name: 'ddl-while-streaming',
    title: 'The outbox table gets a column and an index, and another table is altered, under load',
    healWithinMs: 10_000,
    inject: alterTables
  },
  {
    name: 'one-large-transaction',
    title: 'One transaction writes 100,000 events (quick: 20,000)',
    healWithinMs: 60_000,
    because: 'its events come before the orders that follow',
    inject: (lab, { quick }) => writeAtOnce(lab, { count: quick ? 20_000 : 100_000, length: 10 })
  },
  {
    name: 'large-payloads',
    title: 'One transaction writes 40 events of 500 kB',
    healWithinMs: 10_000,
    inject: lab => writeAtOnce(lab, { count: 40, length: 500_000 })
  },
  {
    name: 'small-heap',
    title: 'Connect with 256 MB of heap gets 100 events of 880 kB, then 50,000 at once (quick: 40 and 10,000)',
    topology: { connectHeapMb: 256 },
    healWithinMs: 60_000,
    because: 'its events come before the orders that follow',
    async inject(lab, { quick }) {
      const large = await writeAtOnce(lab, { count: quick ? 40 : 100, length: 880_000 })
      const many = await writeAtOnce(lab, { count: quick ? 10_000 : 50_000, length: 10 })
      return { observed: `${large.observed}; ${many.observed}`, causeOverAt: many.causeOverAt }
    }
  },
  {
    name: 'orders-while-connector-stopped',
    title: 'The connector is stopped for 30 s (quick: 5 s) and resumed',
    healWithinMs: 10_000,
    healedBy: 'resume',
    inject: stopConnector
  }
]

async function alterTables({ db }: Lab): Promise<Injected> {
  const before = await columns(db)
  await db.raw('ALTER TABLE orders.outbox ADD COLUMN note VARCHAR(50) NULL')
  await sleep(2_000)
  await db.raw('ALTER TABLE orders.outbox ADD INDEX outbox_by_note (note)')
  await db.raw('ALTER TABLE orders.customer_order ADD COLUMN note VARCHAR(50) NULL')
  await sleep(2_000)
  await db.raw('ALTER TABLE orders.outbox DROP COLUMN note')
  await db.raw('ALTER TABLE orders.customer_order DROP COLUMN note')
  return { observed: `outbox of ${before} columns got one more, and lost it again`, causeOverAt: Date.now() }
}

async function columns(db: Lab['db']): Promise<number> {
  const [rows] = (await db.raw('SHOW COLUMNS FROM orders.outbox')) as [unknown[]]
  return rows.length
}

const largeAccount = 1_500_000_000

type Size = { readonly count: number; readonly length: number }

/** Each event has an account of its own, so that the oracle checks every one. */
async function writeAtOnce({ db, outbox }: Lab, { count, length }: Size): Promise<Injected> {
  const [last] = await db('orders.ledger_step').where('account', '>=', largeAccount).max({ account: 'account' })
  const first = Number(last?.['account'] ?? largeAccount) + 1
  await db.transaction(async trx => {
    for (let done = 0; done < count; done += 500) {
      const accounts = Array.from({ length: Math.min(500, count - done) }, (_, index) => first + done + index)
      const steps = accounts.map(account => ({ account, version: 1, content: `large ${account}` }))
      await trx('ledger_step').insert(steps)
      const events = steps.map(({ account: aggregateId, content: text }) =>
        ledgerMoved({ aggregateId, aggregateVersion: 1, payload: { text, filler: 'x'.repeat(length) } })
      )
      for (let from = 0; from < events.length; from += 20) await outbox.append(trx, events.slice(from, from + 20))
    }
  })
  return { observed: `${count} events of ${length} bytes committed at once`, causeOverAt: Date.now() }
}

async function stopConnector({ pipeline }: Lab, { quick }: { quick: boolean }): Promise<Injected> {
  const url = `${pipeline.stack.connect.urls[0]}/connectors/orders-connector`
  const stopped = await fetch(`${url}/stop`, { method: 'PUT' })
  await sleep(quick ? 5_000 : 30_000)
  const resumed = await fetch(`${url}/resume`, { method: 'PUT' })
  const observed = stopped.ok && resumed.ok ? 'the connector was stopped' : undefined
  return { observed, causeOverAt: Date.now() }
}
