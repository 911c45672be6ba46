import { debeziumDefaults, type Tuning, without } from '../lab/connector.ts'
import { ordersTopic } from '../lab/topics.ts'

const orderService = 'order-service/src/main.ts'
const deliveryService = 'delivery-service/src/main.ts'
const orderVariant = 'bench/src/variants/order-main.ts'

/** A whole pipeline from POST /order to the delivery's row. */
export type Variant = {
  readonly name: string
  readonly title: string
  /** What its design may lose or double. */
  readonly unsafe?: string
  readonly order: { readonly file: string; readonly env: Readonly<Record<string, string>> }
  readonly delivery: { readonly file: string; readonly env: Readonly<Record<string, string>> }
  readonly topic: string
  /** Settings of the connector. Without it the connector is stopped. */
  readonly connector?: Tuning
  /** The file of a process that sends the events instead of the connector. */
  readonly relay?: string
}

const carried: Variant = {
  name: '',
  title: '',
  order: { file: orderVariant, env: {} },
  delivery: { file: deliveryService, env: {} },
  topic: ordersTopic
}

const project: Variant = {
  ...carried,
  name: 'project',
  title: 'this project',
  order: { file: orderService, env: {} },
  connector: config => config
}

export const variants: readonly Variant[] = [
  project,
  {
    ...project,
    name: 'platformatic',
    title: 'this project, @platformatic/kafka',
    delivery: { file: deliveryService, env: { KAFKA_CLIENT: 'platformatic' } }
  },
  { ...project, name: 'default', title: 'default Debezium configuration', connector: debeziumDefaults },
  {
    ...project,
    name: 'router',
    title: "Debezium's event router, one event a transaction",
    delivery: { file: 'bench/src/variants/one-by-one-main.ts', env: {} },
    topic: 'bench.router.order',
    connector: eventRouter
  },
  {
    ...carried,
    name: 'polling',
    title: 'polling outbox, every 100 ms',
    order: { file: orderVariant, env: { BENCH_WRITE_PATH: 'polling' } },
    topic: 'bench.polling',
    relay: 'bench/src/variants/polling-main.ts'
  },
  {
    ...carried,
    name: 'dual-write',
    title: 'dual write from the handler',
    unsafe: 'a crash between the two writes loses the event',
    order: { file: orderVariant, env: { BENCH_WRITE_PATH: 'dual-write' } },
    topic: 'bench.dual'
  }
]

export function variantNamed(name: string): Variant {
  const found = variants.find(variant => variant.name === name)
  if (found === undefined) throw new Error(`No variant is called ${name}`)
  return found
}

/** The settings in Debezium's documentation of its outbox event router, with our column names. */
function eventRouter(config: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return {
    ...without(debeziumDefaults(config), ['transforms', 'predicates']),
    transforms: 'outbox',
    'transforms.outbox.type': 'io.debezium.transforms.outbox.EventRouter',
    'transforms.outbox.table.field.event.id': 'message_id',
    'transforms.outbox.table.field.event.key': 'event_id',
    'transforms.outbox.table.field.event.payload': 'payload',
    'transforms.outbox.route.by.field': 'aggregate',
    'transforms.outbox.route.topic.replacement': 'bench.router.${routedByValue}',
    'table.include.list': 'orders.outbox'
  }
}
