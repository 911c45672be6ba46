import { setTimeout as sleep } from 'node:timers/promises'
import { appendToOutbox } from '@outbox-cdc/outbox'
import { orderCreated } from '@outbox-cdc/order-service/orders/order-events'
import { noPostgres } from '@outbox-cdc/stack'
import { eventually } from '../../support/eventually.ts'
import { runConnectctl } from '../harness/break.ts'
import type { Fault, FaultOptions, Injected } from '../harness/fault.ts'
import type { Lab } from '../harness/lab.ts'
import { copyToStandbys, type Standby, startStandby } from '../harness/standby.ts'
import { ledgerMoved } from '../ledger/ledger.ts'
import { countUnderWay, readOrdersSince, readRecords } from '../oracle/collect-evidence.ts'
import { crashBusyWorker, killRepeatedly } from './kills.ts'
import { connect, named } from './runbook.ts'

const name = 'orders-connector'
const slot = 'orders_outbox'
const topology = { writer: 'postgres' } as const
const impossible = () => noPostgres
const connectMs = 20_000
const healedBy = 'the runbook'

/** The orders are written to PostgreSQL. */
export const postgres: readonly Fault[] = [
  {
    name: 'postgres-killed-again-and-again',
    title: 'PostgreSQL is killed ten times in a row (quick: 3)',
    topology,
    impossible,
    healWithinMs: connectMs,
    because: 'the connector waits 10 s before it connects again',
    inject: (lab, { quick }) => killRepeatedly(lab, quick ? 3 : 10, 'postgres')
  },
  {
    name: 'postgres-connect-killed',
    title:
      'PostgreSQL: the only Connect worker is killed, between commits and the flush of its offsets, three times (quick: once)',
    topology,
    impossible,
    healWithinMs: connectMs,
    inject: killWorkerAmongTransactions
  },
  {
    name: 'postgres-message-connect-killed',
    title:
      'PostgreSQL, store message: the only Connect worker is killed, between commits and the flush of its offsets, three times (quick: once)',
    topology: { ...topology, outboxStore: 'message' },
    impossible,
    healWithinMs: connectMs,
    inject: killWorkerAmongTransactions
  },
  {
    name: 'postgres-publication-missing',
    title: 'PostgreSQL: the publication is dropped; the runbook makes it again and sends the missing orders again',
    topology,
    impossible,
    healWithinMs: connectMs,
    because: 'the keeper may restart the connector meanwhile',
    healedBy,
    inject: dropPublication
  },
  {
    name: 'postgres-slot-dropped',
    title: 'PostgreSQL: the slot is dropped; the runbook makes it again and sends the missing orders again',
    topology,
    impossible,
    healWithinMs: connectMs,
    because: 'the keeper may restart the connector meanwhile',
    healedBy,
    inject: dropSlot
  },
  {
    name: 'postgres-slot-invalidated',
    title:
      'PostgreSQL: the slot holds more WAL than max_slot_wal_keep_size while the connector is stopped; the runbook makes it again and sends the missing orders again',
    topology,
    impossible,
    healWithinMs: connectMs,
    healedBy,
    inject: invalidateSlot,
    async cleanup({ source }) {
      await source.raw('ALTER SYSTEM RESET max_slot_wal_keep_size')
      await source.raw('SELECT pg_reload_conf()')
    }
  },
  {
    name: 'postgres-failover',
    title: 'PostgreSQL is killed, and its synchronous standby takes over with its copy of the slot',
    topology,
    impossible,
    healWithinMs: connectMs,
    because: 'the connector waits 10 s before it connects again',
    healedBy: 'the promotion',
    usesUpPipeline: true,
    prepare: makeStandby,
    inject: failOver
  }
]

const standbys = new WeakMap<Lab, Standby>()

async function makeStandby(lab: Lab): Promise<void> {
  await runConnectctl(lab, `stop ${name}`)
  await eventually(() => copyToStandbys(lab, slot), { timeoutMs: 30_000 })
  await runConnectctl(lab, `resume ${name}`)
  standbys.set(lab, await startStandby(lab, slot))
}

async function failOver(lab: Lab): Promise<Injected> {
  const observed = await standbys.get(lab)?.takeOver()
  return { observed, causeOverAt: Date.now() }
}

const firstAccount = 1_900_000_000
// Longer than heartbeat.interval.ms: a heartbeat moves the offsets while these transactions are in progress.
const openMs = 6_000

/** Each of these transactions has two events, with a pause in which others commit. The worker dies while some are in progress. */
async function killWorkerAmongTransactions(lab: Lab, { quick }: FaultOptions): Promise<Injected> {
  const [last] = await lab.source('ledger_step').where('account', '>=', firstAccount).max({ account: 'account' })
  let account = Number(last?.['account'] ?? firstAccount)
  const observations: (string | undefined)[] = []
  let causeOverAt = 0
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    const writing = Array.from({ length: 10 }, async (_, index) => {
      account += 1
      const own = account
      await sleep(index * 400)
      await writeSlowly(lab, own)
    })
    await sleep(openMs)
    const injected = await crashBusyWorker(lab)
    observations.push(injected.observed)
    causeOverAt = injected.causeOverAt
    await Promise.all(writing)
  }
  return { observed: observations.join('; '), causeOverAt }
}

async function writeSlowly({ source, outbox }: Lab, account: number): Promise<void> {
  await source.transaction(async trx => {
    for (const version of [1, 2]) {
      const text = `step ${version} of ${account}`
      await trx('ledger_step').insert({ account, version, content: text })
      await outbox.append(trx, ledgerMoved({ aggregateId: account, aggregateVersion: version, payload: { text } }))
      if (version === 1) await sleep(openMs)
    }
  })
}

async function dropPublication(lab: Lab, how: FaultOptions): Promise<Injected> {
  const since = await onlyOrders(lab, how)
  await lab.source.raw(`DROP PUBLICATION ${slot}`)
  const observed = await named(lab, 'publication_missing', since)
  await lab.source.raw(`CREATE PUBLICATION ${slot} FOR TABLE outbox, connect_heartbeat WITH (publish = 'insert')`)
  return sendAgain(lab, how, observed)
}

async function dropSlot(lab: Lab, how: FaultOptions): Promise<Injected> {
  const since = await onlyOrders(lab, how)
  // Its reader comes back at once, so the slot is dropped in the same breath.
  await eventually(
    async () => {
      await lab.source.raw(
        'SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots WHERE slot_name = ?',
        [slot]
      )
      await lab.source.raw('SELECT pg_drop_replication_slot(?)', [slot])
    },
    { timeoutMs: 30_000, everyMs: 20 }
  )
  const observed = await named(lab, 'slot_lost', since)
  await runConnectctl(lab, `offsets set ${name} --to now --yes`)
  return sendAgain(lab, how, observed)
}

async function invalidateSlot(lab: Lab, how: FaultOptions): Promise<Injected> {
  const { source } = lab
  const since = await onlyOrders(lab, how)
  await runConnectctl(lab, `stop ${name}`)
  await source.raw("ALTER SYSTEM SET max_slot_wal_keep_size = '16MB'")
  await source.raw('SELECT pg_reload_conf()')
  await eventually(
    async () => {
      await source.raw("SELECT pg_logical_emit_message(false, 'filler', repeat('x', 16000000))")
      await source.raw('SELECT pg_switch_wal()')
      await source.raw('CHECKPOINT')
      const [found] = await source('pg_replication_slots').where({ slot_name: slot })
      if (found?.wal_status !== 'lost') throw new Error(`the slot is ${found?.wal_status}`)
    },
    { timeoutMs: 60_000 }
  )
  await connect(lab, `PUT /connectors/${name}/resume`)
  const observed = await named(lab, 'slot_invalidated', since)
  await runConnectctl(lab, `offsets set ${name} --to now --yes`)
  return sendAgain(lab, how, observed)
}

/** Lets the orders alone go on, because the ledger can't be sent again from its table. Returns the length of the logs. */
async function onlyOrders(lab: Lab, { pauseWrites, load }: FaultOptions): Promise<number> {
  pauseWrites(true)
  await eventually(
    async () => {
      if ((await countUnderWay(lab)) > 0) throw new Error('events are still under way')
    },
    { timeoutMs: 60_000 }
  )
  load.pause(false)
  await sleep(2_000)
  return lab.pipeline.logs.length
}

/** The last step of these pages of the runbook: the events that the slot didn't send are appended again. */
async function sendAgain(lab: Lab, { pauseWrites }: FaultOptions, observed: string | undefined): Promise<Injected> {
  const causeOverAt = Date.now()
  pauseWrites(false)
  await eventually(
    async () => {
      if ((await readOrdersSince(lab.db, causeOverAt + 2_000)).size === 0) throw new Error('no order has arrived yet')
    },
    { timeoutMs: 120_000 }
  )
  await sleep(3_000)
  const { pipeline, topic, source } = lab
  const records = await readRecords({ topic, brokers: pipeline.stack.kafka.brokers })
  const arrived = new Set(records.filter(({ aggregate }) => aggregate === 'order').map(({ key }) => key))
  const older = await source('customer_order').where('created_at', '<', new Date(causeOverAt)).orderBy('id')
  const missing = older.filter(({ id }) => !arrived.has(id))
  for (const { id, name: text, quantity } of missing) {
    const event = orderCreated({ aggregateId: id, aggregateVersion: 1, payload: { name: text, quantity } })
    await source.transaction(trx => appendToOutbox(trx, event))
  }
  return { observed: observed && `${observed}; ${missing.length} orders sent again`, causeOverAt }
}
