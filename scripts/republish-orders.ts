import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { appendToOutbox, type KafkaRecord, kafkajsClient } from '@outbox-cdc/outbox'
import knex, { type Knex } from 'knex'
import { orderCreated } from '@outbox-cdc/order-service/orders/order-events'
import { kafkaSecurity, mysqlOptions, resolveSecrets, trustExtraAuthorities } from '@outbox-cdc/outbox/security'
import { exitWithUsage, optionsOrExit, readAddresses, root } from '@outbox-cdc/pipeline'

// Repairs the pipeline after MySQL purged a binlog that Debezium had not read: compares the orders with the topic, and
// appends the event of each order that the topic lacks to the outbox again.
const usage = `Usage: node scripts/bootstrap.mjs scripts/republish-orders.ts [--since TIME] [--dry-run]

  --since TIME  orders from then on, such as 2026-01-31T12:00:00Z; by default, from the topic's oldest event on, because
                Kafka's retention has deleted the events of older orders
  --dry-run     only print which orders are missing
  --help        this text

From the environment: MYSQL_URL of an account that may write orders.outbox; KAFKA_BROKERS and the variables of its
security, by default those that npm start wrote.`

const topic = 'orders_server.orders.outbox'
// The events of younger orders may still be on their way.
const settledAfterMs = 10_000
// An error rejects, so it needs no log line.
const silent = { debug() {}, info() {}, warn() {}, error() {} }

type OrderRow = { readonly id: number; readonly name: string; readonly quantity: number }
type Seen = { readonly orderIds: ReadonlySet<number>; readonly oldest: Date | undefined }

/** Every order in the topic, from its beginning to its present end. */
async function readOrders(environment: Readonly<Record<string, string | undefined>>): Promise<Seen> {
  const orderIds = new Set<number>()
  let oldest = Number.POSITIVE_INFINITY
  const addAll = async (_partition: number, records: readonly KafkaRecord[]) => {
    for (const { value, timestamp } of records) {
      orderIds.add(orderIdIn(value))
      oldest = Math.min(oldest, timestamp)
    }
  }
  const brokers = resolveSecrets(environment['KAFKA_BROKERS'] ?? '', environment).split(',')
  const security = kafkaSecurity(environment)
  const kafka = kafkajsClient({ brokers, security, clientId: 'republish-orders', logger: silent })
  try {
    const marks = await kafka.watermarks(topic)
    const window = new Map([...marks].map(([partition, { low, high }]) => [partition, { from: low, to: high }]))
    await kafka.read({ topic, window, onRecords: addAll })
  } finally {
    await kafka.close()
  }
  return { orderIds, oldest: Number.isFinite(oldest) ? new Date(oldest) : undefined }
}

/** 0 for a record that can't be read. Avro is refused: every order would look missing. */
function orderIdIn(value: Buffer | null): number {
  if (value?.[0] === 0) throw new Error(`${topic} holds Avro events, and this script reads only JSON`)
  try {
    const parsed = JSON.parse(value?.toString() ?? '{}') as { payload?: { event_id?: number }; event_id?: number }
    return parsed.payload?.event_id ?? parsed.event_id ?? 0
  } catch {
    return 0
  }
}

/** The same for each run: an order that is republished twice takes effect once. */
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
const addresses = await readAddresses(process.env['DATA_DIR'] ?? join(root, '.data/stack'))
const environment = { ...addresses, ...process.env }
trustExtraAuthorities(addresses)
const { MYSQL_URL: url, KAFKA_BROKERS: brokers } = environment
if (url === undefined || brokers === undefined) exitWithUsage('Set MYSQL_URL and KAFKA_BROKERS.', usage)
const asked = values.since === undefined ? undefined : new Date(values.since)
if (Number.isNaN(asked?.getTime())) exitWithUsage(`--since takes a time, not "${values.since}".`, usage)
const connection = { ...mysqlOptions(resolveSecrets(url, environment)), timezone: 'Z' }
const db = knex({ client: 'mysql2', connection, pool: { min: 0, max: 1 } })
try {
  // Before the topic is read: a younger order may arrive behind the end that was read.
  const settled = new Date(Date.now() - settledAfterMs)
  const seen = await readOrders(environment)
  const since = asked ?? seen.oldest
  if (since === undefined)
    exitWithUsage(`${topic} is empty, so it doesn't say where to begin: add --since TIME.`, usage)
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
