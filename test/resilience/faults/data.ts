import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { CompressionTypes, Kafka, type Message, logLevel } from 'kafkajs'
import type { Knex } from 'knex'
import { runConnectctl } from '../harness/break.ts'
import type { Injected, Fault } from '../harness/fault.ts'
import { type FaultyProxy, startFaultyProxy } from '@outbox-cdc/pipeline'
import type { Lab, Replica } from '../harness/lab.ts'
import { eventually } from '../../support/eventually.ts'
import { poison } from './poison.ts'

export const data: readonly Fault[] = [
  {
    name: 'poison-records',
    title: 'The topic gets records of thirteen kinds that no consumer can read, one of them 2 MB long',
    healWithinMs: 10_000,
    parks: poison.length,
    inject: plantPoison
  },
  {
    name: 'delivery-database-away',
    title: 'The delivery database is unreachable for 2 minutes (quick: 8 s)',
    healWithinMs: 10_000,
    prepare: routeDeliveriesThroughProxy,
    inject: cutDeliveryDatabase,
    cleanup: routeDeliveriesDirectly
  },
  {
    name: 'connector-deleted',
    title: 'The connector is deleted under load',
    healWithinMs: 20_000,
    inject: deleteConnector
  },
  {
    name: 'offsets-wiped',
    title: 'The connector is stopped and its offsets are deleted; the steps of the runbook follow',
    healWithinMs: 60_000,
    because: 'every event since the outbox was created comes again before the first new one',
    healedBy: 'the runbook',
    rereadsAll: true,
    inject: wipeOffsets
  },
  {
    name: 'outbox-rewritten',
    title: 'Rows that stayed in the outbox table are updated, deleted and truncated under load',
    healWithinMs: 10_000,
    inject: rewriteOutbox
  }
]

async function plantPoison(lab: Lab): Promise<Injected> {
  const kafka = new Kafka({ brokers: [...lab.pipeline.stack.kafka.brokers], logLevel: logLevel.NOTHING })
  const producer = kafka.producer()
  await producer.connect()
  const messages: Message[] = poison.map(({ headers, ...record }) => ({
    ...record,
    headers: { ...headers, planted: 'yes' }
  }))
  await producer.send({ topic: lab.topic, compression: CompressionTypes.GZIP, messages })
  await producer.disconnect()
  const causeOverAt = Date.now()
  const parked = () => lab.db('deliveries.parked_event').where({ consumer: 'delivery-service' }).pluck('reason')
  const all = async () => {
    const reasons = await parked()
    if (reasons.length < poison.length) throw new Error(`${reasons.length} of ${poison.length} are parked`)
    return reasons
  }
  const reasons = await eventually(all, { timeoutMs: 120_000 }).catch(() => undefined)
  return { observed: reasons && `${reasons.length} parked: ${[...new Set(reasons)].join(', ')}`, causeOverAt }
}

const detours = new WeakMap<Lab, { readonly proxy: FaultyProxy; readonly replica: Replica }>()

async function routeDeliveriesThroughProxy(lab: Lab): Promise<void> {
  const proxy = await startFaultyProxy(lab.pipeline.stack.mysql)
  const url = new URL(await lab.deliveriesUrl())
  url.port = String(proxy.port)
  await lab.part('delivery-service').stop()
  const replica = await lab.startReplica('delivery-service', { MYSQL_URL: url.href })
  detours.set(lab, { proxy, replica })
}

async function cutDeliveryDatabase(lab: Lab, { quick }: { quick: boolean }): Promise<Injected> {
  const detour = detours.get(lab)
  detour?.proxy.refuse(true)
  await sleep(quick ? 8_000 : 120_000)
  detour?.proxy.refuse(false)
  return { observed: detour && `${detour.proxy.refused()} connections refused`, causeOverAt: Date.now() }
}

async function routeDeliveriesDirectly(lab: Lab): Promise<void> {
  await detours.get(lab)?.replica.stop()
  await lab.part('delivery-service').start()
  await detours.get(lab)?.proxy.close()
}

async function deleteConnector({ pipeline }: Lab): Promise<Injected> {
  const url = `${pipeline.stack.connect.urls[0]}/connectors/orders-connector`
  const { status } = await fetch(url, { method: 'DELETE' })
  return { observed: status === 204 ? 'the connector was deleted' : undefined, causeOverAt: Date.now() }
}

const patience = { timeoutMs: 120_000 }

async function wipeOffsets(lab: Lab): Promise<Injected> {
  await runConnectctl(lab, 'stop orders-connector')
  const url = `${lab.pipeline.stack.connect.urls[0]}/connectors/orders-connector/offsets`
  await eventually(async () => {
    const { status } = await fetch(url, { method: 'DELETE' })
    if (status !== 200) throw new Error(`the offsets were not wiped: ${status}`)
  }, patience)
  const left = (await (await fetch(url)).json()) as { offsets: unknown[] }
  await fetch(url.replace(/offsets$/, 'resume'), { method: 'PUT' })
  await eventually(async () => {
    const status = await (await fetch(url.replace(/offsets$/, 'status'))).text()
    if (!status.includes('FAILED')) throw new Error('the connector began somewhere without being told where')
  }, patience)
  const causeOverAt = Date.now()
  await runConnectctl(lab, 'offsets set orders-connector --to recorded --yes')
  return { observed: left.offsets.length === 0 ? 'no offset was left' : undefined, causeOverAt }
}

async function rewriteOutbox({ db }: Lab): Promise<Injected> {
  await placeOrdersWhoseRowsStay(db)
  const updated = await db('orders.outbox').update({ payload: JSON.stringify({ name: 'rewritten', quantity: 1 }) })
  await sleep(1_000)
  const deleted = await db('orders.outbox').orderBy('id').limit(200).delete()
  await sleep(1_000)
  await db.raw('TRUNCATE TABLE orders.outbox')
  const observed =
    updated > 0 && deleted > 0 ? `${updated} rows updated, ${deleted} deleted, then truncated` : undefined
  return { observed, causeOverAt: Date.now() }
}

/** Writes orders without the store, which would delete their outbox rows. */
async function placeOrdersWhoseRowsStay(db: Knex): Promise<void> {
  for (let number = 0; number < 300; number++)
    await db.transaction(async trx => {
      const order = { name: `row-stays-${Date.now().toString(36)}-${number}`, quantity: 1 }
      const [id] = await trx('orders.customer_order').insert(order)
      await trx('orders.outbox').insert({
        event: 'order_created',
        event_id: id,
        payload: JSON.stringify(order),
        message_id: randomUUID(),
        aggregate: 'order',
        schema_version: 1
      })
    })
}
