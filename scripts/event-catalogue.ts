import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { orderCreated } from '@outbox-cdc/delivery-service/messaging/on-order-created'
import * as orderEvents from '@outbox-cdc/order-service/orders/order-events'
import type { EventDefinition } from '@outbox-cdc/outbox'
import { avroSchema, type ServiceSchema, subjectOf, type SystemSchemas } from '@outbox-cdc/outbox/avro'
import { asyncApi, type EventChannel, eventCatalogue } from '@outbox-cdc/outbox/catalogue'
import { stringify } from 'yaml'
import { loadSystem, root } from '@outbox-cdc/pipeline'

// npm run catalogue: writes docs/event-catalogue.md and docs/asyncapi.yaml from the event definitions.
const [hop] = (await loadSystem()).hops

/** Who publishes what, and for whom. */
export const channels: readonly EventChannel[] = [
  {
    topic: hop.topic,
    producer: hop.writer,
    consumers: [hop.consumer],
    source: 'order-service/src/orders/order-events.ts',
    events: Object.values(orderEvents)
  }
]

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
const files = {
  'docs/event-catalogue.md': eventCatalogue(channels),
  'docs/asyncapi.yaml': stringify(asyncApi(info, channels), { lineWidth: 0, aliasDuplicateObjects: false })
}

/** The generated files that are out of date. */
export async function staleFiles(): Promise<readonly string[]> {
  const stale: string[] = []
  for (const [path, wanted] of Object.entries(files))
    if ((await readFile(join(root, path), 'utf8').catch(() => '')) !== wanted) stale.push(path)
  return stale
}

if (import.meta.main) {
  const stale = await staleFiles()
  for (const [path, text] of Object.entries(files)) await writeFile(join(root, path), text)
  console.log(stale.length === 0 ? 'The docs are up to date' : `Wrote ${stale.join(' and ')}`)
}
