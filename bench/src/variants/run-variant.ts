import { setTimeout as sleep } from 'node:timers/promises'
import { openHttpConnections } from '@outbox-cdc/test-support/load/http-connections'
import { sendOrder } from '@outbox-cdc/test-support/load/send-order'
import type { Variant } from './variants.ts'
import type { Connector } from '../lab/connector.ts'
import { askNumber, type Lab } from '../lab/lab.ts'
import { orderUrl, startService, stopProcess } from '../lab/processes.ts'
import { ensureTopic } from '../lab/topics.ts'

export type Bench = { readonly lab: Lab; readonly connector: Connector }

/** Starts a variant's processes, waits until one order is delivered, does the work, and stops the processes. */
export async function withVariant<T>({ lab, connector }: Bench, variant: Variant, work: () => Promise<T>): Promise<T> {
  await ensureTopic(lab, variant.topic)
  await (variant.connector === undefined ? connector.stop() : connector.configure(variant.connector))
  try {
    await startServices(lab, variant)
    await deliverOneOrder(lab)
    return await work()
  } finally {
    for (const name of ['order-service', 'relay', 'delivery-service']) await stopProcess(lab, name)
  }
}

async function startServices(lab: Lab, { order, relay, delivery, topic }: Variant): Promise<void> {
  const KAFKA_GROUP = `${delivery.file.includes('one-by-one') ? 'one-by-one' : 'delivery-service'}-${topic}`
  const sending = { BENCH_TOPIC: topic }
  const receiving = { KAFKA_TOPIC: topic, KAFKA_GROUP }
  await Promise.all([
    startService(lab, { kind: 'order-service', file: order.file, env: { ...sending, ...order.env } }),
    startService(lab, { kind: 'delivery-service', file: delivery.file, env: { ...receiving, ...delivery.env } }),
    relay === undefined ? undefined : startService(lab, { kind: 'relay', file: relay, env: sending })
  ])
}

async function deliverOneOrder(lab: Lab): Promise<void> {
  const connections = openHttpConnections(orderUrl(lab), { most: 1, answerWithinMs: 10_000 })
  const { id, outcome } = await sendOrder(connections, { name: 'joon' })
  connections.close()
  if (id === undefined) throw new Error(`POST /order: ${outcome}`)
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
