import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as orderEvents from '@outbox-cdc/order-service/orders/order-events'
import { asyncApi, type EventChannel, eventCatalogue, toYaml } from '@outbox-cdc/outbox/catalogue'

export const root = join(import.meta.dirname, '..')

/** Who publishes what, and for whom. */
export const channels: readonly EventChannel[] = [
  {
    topic: 'orders_server.orders.outbox',
    producer: 'order-service',
    consumers: ['delivery-service'],
    source: 'order-service/src/orders/order-events.ts',
    events: Object.values(orderEvents)
  }
]

/** The generated files by their paths: what they must hold now. */
export function catalogueFiles(): ReadonlyMap<string, string> {
  const info = {
    title: 'Outbox events',
    version: '1.0.0',
    description: 'Generated from the event definitions by `npm run catalogue`.'
  }
  return new Map([
    ['docs/event-catalogue.md', eventCatalogue(channels)],
    ['docs/asyncapi.yaml', toYaml(asyncApi(info, channels))]
  ])
}

/** The generated files that do not hold what they must. */
export async function staleFiles(): Promise<readonly string[]> {
  const checked = [...catalogueFiles()].map(async ([path, wanted]) => {
    const present = await readFile(join(root, path), 'utf8').catch(() => '')
    return present === wanted ? [] : [path]
  })
  return (await Promise.all(checked)).flat()
}
