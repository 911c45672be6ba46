import { setTimeout as sleep } from 'node:timers/promises'
import type { Variant } from '../variants/variants.ts'
import { ensureTopic } from './topics.ts'
import type { Connector } from './connector.ts'
import type { Lab } from './lab.ts'
import { deliveryProcess, orderProcess, startProcess, stopProcess } from './processes.ts'
import { askNumber } from './lab.ts'
import { freePort } from '@outbox-cdc/stack'
import { urlFor } from '@outbox-cdc/pipeline'

export type Bench = { readonly lab: Lab; readonly connector: Connector }

const names = ['order-service', 'relay', 'delivery-service']

/** Starts a variant's processes, waits until an order travels through, and hands over; ends them afterwards. */
export async function withVariant<T>(bench: Bench, variant: Variant, work: () => Promise<T>): Promise<T> {
  const { lab, connector } = bench
  const KAFKA_BROKERS = lab.stack.kafka.brokers.join(',')
  await ensureTopic(lab, variant.topic)
  await (variant.connector === undefined ? connector.stop() : connector.configure(variant.connector))
  try {
    const order = await orderProcess(lab, variant.order.file, {
      KAFKA_BROKERS,
      BENCH_TOPIC: variant.topic,
      ...variant.order.env
    })
    const delivery = await deliveryProcess(lab, variant.delivery.file, {
      KAFKA_TOPIC: variant.topic,
      KAFKA_GROUP: groupOf(variant),
      ...variant.delivery.env
    })
    await Promise.all([startProcess(lab, order), startProcess(lab, delivery), startRelay(lab, variant)])
    await untilAnOrderTravels(lab)
    return await work()
  } finally {
    for (const name of names) await stopProcess(lab, name)
  }
}

function groupOf({ topic, delivery }: Variant): string {
  return `${delivery.file.includes('one-by-one') ? 'one-by-one' : 'delivery-service'}-${topic}`
}

async function startRelay(lab: Lab, { relay, topic }: Variant): Promise<void> {
  if (relay === undefined) return
  const port = await freePort()
  const env = {
    HTTP_PORT: String(port),
    MYSQL_URL: await urlFor('order_service', 'orders', lab),
    KAFKA_BROKERS: lab.stack.kafka.brokers.join(','),
    BENCH_TOPIC: topic
  }
  await startProcess(lab, { name: 'relay', file: relay, env, readyUrl: `http://127.0.0.1:${port}/health/ready` })
}

async function placeOrder({ settings }: Lab): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${settings.ports['order-service']}/order`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'joon', quantity: 95 })
  })
  const { id } = (await response.json()) as { id?: number }
  if (id === undefined) throw new Error(`POST /order answered ${response.status}`)
  return id
}

async function untilAnOrderTravels(lab: Lab): Promise<void> {
  const id = await placeOrder(lab)
  if ((await untilDelivered(lab, [id], 60_000)) === 0) throw new Error(`Order ${id} was not delivered within 60 s`)
}

/** Resolves with how many of the orders were delivered in time. */
export async function untilDelivered(lab: Lab, ids: readonly number[], withinMs: number): Promise<number> {
  if (ids.length === 0) return 0
  const [first, last] = ids.reduce(([low, high], id) => [Math.min(low, id), Math.max(high, id)], [Infinity, 0])
  const sql = `SELECT COUNT(*) AS n FROM deliveries.delivery WHERE order_id BETWEEN ${first} AND ${last}`
  const deadline = Date.now() + withinMs
  for (;;) {
    const delivered = await askNumber(lab.db, sql)
    if (delivered >= ids.length || Date.now() > deadline) return delivered
    await sleep(50)
  }
}

/** The table of the polling rival: rows stay, and an index finds those that wait. */
export async function createPollingTable({ db }: Lab): Promise<void> {
  await db.query(`CREATE TABLE IF NOT EXISTS orders.polling_outbox (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    status ENUM('waiting', 'sending', 'sent') NOT NULL DEFAULT 'waiting',
    event VARCHAR(100) NOT NULL,
    event_id BIGINT NOT NULL,
    payload JSON NOT NULL,
    message_id CHAR(36) NOT NULL,
    aggregate VARCHAR(64) NOT NULL,
    created_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    KEY polling_outbox_waiting (status, id)
  )`)
}
