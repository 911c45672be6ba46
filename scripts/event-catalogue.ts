import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { orderCreated } from '@outbox-cdc/delivery-service/messaging/on-order-created'
import * as orderEvents from '@outbox-cdc/order-service/orders/order-events'
import type { EventDefinition } from '@outbox-cdc/outbox'
import { avroSchema, type ServiceSchema, subjectOf, type SystemSchemas } from '@outbox-cdc/outbox/avro'
import { asyncApi, type EventChannel, eventCatalogue } from '@outbox-cdc/outbox/catalogue'
import { root } from '@outbox-cdc/pipeline'
import { stringify } from 'yaml'
import * as clinicEvents from '../examples/clinic/reception/events.ts'
import { answers } from '../examples/customers-and-orders/customer-service/events.ts'
import { orderEvents as customersOrders } from '../examples/customers-and-orders/order-service/events.ts'
import { deliveryEvents } from '../examples/flower-delivery/delivery/events.ts'
import { itemEvents, stockEvents } from '../examples/flower-delivery/item/events.ts'
import { orderEvents as flowerOrders } from '../examples/flower-delivery/order/events.ts'
import { paymentEvents } from '../examples/flower-delivery/payment/events.ts'
import { shopEvents } from '../examples/flower-delivery/shop/events.ts'
import { purchaseCompleted } from '../examples/shop/purchase/events.ts'

// npm run catalogue: writes docs/event-catalogue.md and docs/asyncapi.yaml of each system from its event definitions.

/** The events of the system whose schemas are in docs/schemas: who publishes what, and for whom. */
export const channels: readonly EventChannel[] = [
  {
    topic: 'orders_server.orders.outbox',
    producer: 'order-service',
    consumers: ['delivery-service'],
    source: 'order-service/src/orders/order-events.ts',
    events: Object.values(orderEvents)
  }
]

// Sorted, because the order of a module's exports differs between Node and the test runner.
const clinic = Object.values(clinicEvents).toSorted((a, b) => a.name.localeCompare(b.name))

type FlowerChannel = Pick<EventChannel, 'producer' | 'consumers'> & { readonly events: object }

/** The topics of flower delivery, by aggregate. */
const flowers: Readonly<Record<string, FlowerChannel>> = {
  order: { producer: 'order', consumers: ['order', 'payment', 'shop', 'delivery', 'item'], events: flowerOrders },
  payment: { producer: 'payment', consumers: ['order', 'item'], events: paymentEvents },
  item: { producer: 'item', consumers: ['order'], events: itemEvents },
  stock: { producer: 'item', consumers: ['order', 'shop'], events: stockEvents },
  shop: { producer: 'shop', consumers: ['order', 'payment', 'item', 'delivery'], events: shopEvents },
  delivery: { producer: 'delivery', consumers: ['order'], events: deliveryEvents }
}

/** The folder of each system, and its events. */
const systems: Readonly<Record<string, readonly EventChannel[]>> = {
  '.': channels,
  'examples/clinic': ['patient', 'appointment'].map(aggregate => ({
    topic: `clinic.${aggregate}`,
    producer: 'reception',
    consumers: ['board'],
    source: 'reception/events.ts',
    shape: 'routed',
    events: clinic.filter(event => event.aggregate === aggregate)
  })),
  'examples/customers-and-orders': [
    {
      topic: 'orderTopic',
      producer: 'order-service',
      consumers: ['customer-service'],
      source: 'order-service/events.ts',
      shape: 'routed',
      events: Object.values(customersOrders)
    },
    {
      topic: 'customerTopic',
      producer: 'customer-service',
      consumers: ['order-service'],
      source: 'customer-service/events.ts',
      shape: 'routed',
      events: Object.values(answers)
    }
  ],
  'examples/flower-delivery': Object.entries(flowers).map(([aggregate, { producer, consumers, events }]) => ({
    topic: `flower.${aggregate}`,
    actors: true,
    producer,
    consumers: [...consumers, 'gateway'],
    source: `${producer}/events.ts`,
    shape: 'routed',
    // What the other services have of an order is called by its id, so that its events have one key on every topic.
    ...(aggregate !== 'item' && { idOf: 'order' }),
    events: Object.values(events)
  })),
  'examples/shop': [
    {
      topic: 'shop.purchases',
      producer: 'purchase',
      consumers: ['delivery'],
      source: 'purchase/events.ts',
      shape: 'routed',
      events: [purchaseCompleted]
    }
  ]
}

/** Each consumer's own definitions of what it reads. */
const readers: Readonly<Record<string, readonly EventDefinition[]>> = { 'delivery-service': [orderCreated] }

/** The payloads of all events, by their writers and by their readers. */
export function eventSchemas(): SystemSchemas {
  return {
    written: channels.flatMap(({ producer, events }) => schemasOf(producer, events)),
    read: Object.entries(readers).flatMap(([service, events]) => schemasOf(service, events))
  }
}

function schemasOf(service: string, events: readonly EventDefinition[]): readonly ServiceSchema[] {
  return events.map(event => ({ service, subject: subjectOf(event), schema: avroSchema(event) }))
}

const info = {
  title: 'Outbox events',
  version: '1.0.0',
  description: 'Generated from the event definitions by `npm run catalogue`.'
}

/** What the generated files must hold now, by their paths. */
const files = Object.fromEntries(
  Object.entries(systems).flatMap(([folder, events]) => [
    [join(folder, 'docs/event-catalogue.md'), eventCatalogue(events)],
    [
      join(folder, 'docs/asyncapi.yaml'),
      stringify(asyncApi(info, events), { lineWidth: 0, aliasDuplicateObjects: false })
    ]
  ])
)

/** The generated files that are out of date. */
export async function staleFiles(): Promise<readonly string[]> {
  const stale: string[] = []
  for (const [path, wanted] of Object.entries(files))
    if ((await readFile(join(root, path), 'utf8').catch(() => '')) !== wanted) stale.push(path)
  return stale
}

if (import.meta.main) {
  const stale = await staleFiles()
  for (const path of stale) {
    await mkdir(join(root, dirname(path)), { recursive: true })
    await writeFile(join(root, path), files[path] ?? '')
  }
  console.log(stale.length === 0 ? 'The docs are up to date' : `Wrote ${stale.join(' and ')}`)
}
