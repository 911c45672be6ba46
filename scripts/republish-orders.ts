import { createHash } from 'node:crypto'
import { appendToOutbox } from '@outbox-cdc/outbox'
import knex, { type Knex } from 'knex'
import { orderCreated } from '@outbox-cdc/order-service/orders/order-events'
import { exitWithUsage, optionsOrExit, readTopic } from '@outbox-cdc/pipeline'

// The way back from a binlog that was purged before Debezium had read it: compares the orders with the topic, and
// appends the event of each order that the topic lacks to the outbox again.
const usage = `Usage: node scripts/bootstrap.mjs scripts/republish-orders.ts [--since TIME] [--dry-run]

  --since TIME  orders from then on, such as 2026-01-31T12:00:00Z; by default from the oldest event of the topic on,
                because of older orders the topic cannot tell (its retention has taken their events)
  --dry-run     only say which orders are missing

From the environment: MYSQL_URL of an account that may write orders.outbox, KAFKA_BROKERS.`

const topic = 'orders_server.orders.outbox'
// What was committed just now may still be on its way.
const settledAfterMs = 10_000

type OrderRow = { readonly id: number; readonly name: string; readonly quantity: number }
type Seen = { readonly orderIds: ReadonlySet<number>; readonly oldest: Date | undefined }

/** Every order that the topic knows, read from its beginning to where it ends now. */
async function readOrders(brokers: readonly string[]): Promise<Seen> {
  const orderIds = new Set<number>()
  let oldest = Number.POSITIVE_INFINITY
  await readTopic(topic, { brokers, clientId: 'republish-orders' }, records => {
    for (const { value, timestamp } of records) {
      orderIds.add(orderIdIn(value))
      oldest = Math.min(oldest, timestamp)
    }
  })
  return { orderIds, oldest: Number.isFinite(oldest) ? new Date(oldest) : undefined }
}

/** What nobody can read tells of no order; Avro could be read, only not here, and would make every order look missing. */
function orderIdIn(value: Buffer | null): number {
  if (value?.[0] === 0) throw new Error(`${topic} holds Avro: this compares orders with JSON alone`)
  try {
    const parsed = JSON.parse(value?.toString() ?? '{}') as { payload?: { event_id?: number }; event_id?: number }
    return parsed.payload?.event_id ?? parsed.event_id ?? 0
  } catch {
    return 0
  }
}

/** Always the same for one order: an order that is sent again twice still takes effect once. */
function messageIdFor(orderId: number): string {
  const hex = createHash('sha256').update(`republished order ${orderId}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

async function republish(db: Knex, { id, name, quantity }: OrderRow): Promise<void> {
  const event = orderCreated({
    aggregateId: id,
    aggregateVersion: 1,
    messageId: messageIdFor(id),
    payload: { name, quantity }
  })
  await db.transaction(trx => appendToOutbox(trx, event))
}

const values = optionsOrExit({ since: { type: 'string' }, 'dry-run': { type: 'boolean', default: false } }, usage)
const { MYSQL_URL: url, KAFKA_BROKERS: brokers } = process.env
if (url === undefined || brokers === undefined) exitWithUsage('MYSQL_URL and KAFKA_BROKERS are not both set.', usage)
const asked = values.since === undefined ? undefined : new Date(values.since)
if (Number.isNaN(asked?.getTime())) exitWithUsage(`--since takes a time, not "${values.since}".`, usage)
const utc = new URL(url)
utc.searchParams.set('timezone', 'Z')
const db = knex({ client: 'mysql2', connection: utc.href, pool: { min: 0, max: 1 } })
try {
  const seen = await readOrders(brokers.split(','))
  const since = asked ?? seen.oldest
  if (since === undefined) exitWithUsage(`${topic} is empty and cannot tell since when: say --since TIME.`, usage)
  const settled = new Date(Date.now() - settledAfterMs)
  const orders = (await db('customer_order')
    .whereBetween('created_at', [since, settled])
    .orderBy('id')
    .select('id', 'name', 'quantity')) as OrderRow[]
  const missing = orders.filter(({ id }) => !seen.orderIds.has(id))
  if (!values['dry-run']) for (const order of missing) await republish(db, order)
  const what = values['dry-run'] ? 'missing' : 'missing and sent again'
  console.log(`${orders.length} orders since ${since.toISOString()} compared; ${missing.length} ${what}`)
  if (missing.length > 0) console.log(missing.map(({ id }) => id).join(' '))
} finally {
  await db.destroy()
}
