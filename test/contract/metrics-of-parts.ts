import { EventEmitter } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '@outbox-cdc/pipeline'
import {
  createEventMetrics,
  createLogger,
  createMetrics,
  createServiceClients,
  registerConsumerGauges
} from '@outbox-cdc/service-kit'
import { createSagaIndex } from '@outbox-cdc/outbox/saga'
import { parse } from 'yaml'
import { z } from 'zod'
import { createMetrics as createKeeperMetrics } from '@outbox-cdc/connectctl/keep/metrics'
import { createSagaMetrics } from '@outbox-cdc/console/sagas/saga-metrics'
import { namesIn } from './promql.ts'

/** What a service, the keeper and the console answer at /metrics, by their own code, with a sample of each series. */
export async function metricsOfParts() {
  return { service: await metricsOfService(), keeper: await metricsOfKeeper(), console: await metricsOfConsole() }
}

async function metricsOfService(): Promise<string> {
  const { registry, count } = createMetrics('delivery-service')
  const parked = async () => ({ keys: 1, events: 2, oldestAgeMs: 3_000 })
  registerConsumerGauges({ health: () => ({ lag: 4 }), parked }, registry)
  const logger = createLogger('test', 'silent')
  const observer = createEventMetrics(registry)
  observer.handled({ name: 'order_created', createdAt: new Date() } as never)
  observer.retrying()
  for (const statusCode of [200, 500]) {
    const response = Object.assign(new EventEmitter(), { statusCode })
    void count({ method: 'GET', route: { path: '/deliveries' } } as never, response as never, () => undefined)
    response.emit('close')
  }
  const client = createServiceClients({ logger, registry }).to('account', 'http://127.0.0.1:1')
  const { signal } = new AbortController()
  const context = { requestId: 'r', correlationId: 'c', deadline: Date.now() + 1_000, signal }
  await client.get('/', { schema: z.string(), context }).catch(() => undefined) // nothing listens there
  return registry.metrics()
}

async function metricsOfKeeper(): Promise<string> {
  const tasks = [{ id: 0, state: 'RUNNING', worker_id: 'w' }]
  const report = { name: 'orders', type: 'source', connector: { state: 'RUNNING', worker_id: 'w' }, tasks } as const
  const state = { state: 'silent', reason: 'RUNNING, but nothing has come through', report, ageMs: 9_000 }
  const found = { fatal: { cause: 'slot_lost' }, figures: { slot_held_bytes: 1, slot_safe_bytes: 2 } }
  const metrics = createKeeperMetrics(() => [{ name: 'orders', ...state, ...found } as never])
  metrics.roundTrip.observe({ connector: 'orders' }, 0.01)
  metrics.actions.inc({ connector: 'orders', action: 'restart' })
  return `${await metrics.registry.metrics()}${await metricsOfDebezium()}`
}

/** The names that the rules of the workers' JMX exporter give. */
async function metricsOfDebezium(): Promise<string> {
  const { rules } = parse(await readFile(join(root, 'connect-config/jmx-exporter.yaml'), 'utf8')) as {
    rules: { pattern: string; name: string; labels: object }[]
  }
  const lines = rules.flatMap(({ pattern, name, labels }) => {
    const [attributes = ''] = /(?<=\()[\w-]+(\|[\w-]+)+(?=\):)/.exec(pattern) ?? []
    const given = Object.keys(labels).map(label => `${label}="orders"`)
    const names = name.includes('$') ? attributes.split('|').map(one => name.replace(/\$\d/, one)) : [name]
    return names.map(one => `${one.toLowerCase().replaceAll('-', '_')}{${given.join()}} 1\n`)
  })
  return [...new Set(lines)].join('')
}

function metricsOfConsole(): Promise<string> {
  const map = {
    services: { orderTopic: 'order-service' },
    expectations: [{ after: 'order_created', oneOf: ['order_approved'], from: 'order-service', withinMs: 1_000 }]
  }
  const topics = () => [{ topic: 'orderTopic', read: { from: 0, to: Date.now() }, unreadable: 0 }]
  const watch = { map, index: createSagaIndex(map), topics, windowMs: 0, start: () => undefined, stop: () => undefined }
  return createSagaMetrics(watch).metrics()
}

/** The labels of each metric in a text that Prometheus scrapes. */
function labelsByMetric(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  for (const [, name = '', labels = ''] of text.matchAll(/^([a-z_]\w*)(?:\{(.*)\})? \S+$/gim)) {
    const known = found.get(name) ?? new Set()
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label)
    found.set(name, known)
  }
  return found
}

const known = labelsByMetric(Object.values(await metricsOfParts()).join(''))
// Prometheus adds them, and the metric `up`.
const byPrometheus = ['job', 'instance', 'le']

/** The metrics that an expression reads, and what of it, and of the labels `shown` beside it, no part answers. */
export function readBy(expr: string, shown: readonly string[]) {
  const { metrics, labels } = namesIn(expr)
  const theirs = new Set([...byPrometheus, ...metrics.flatMap(name => [...(known.get(name) ?? [])])])
  return {
    metrics,
    unknown: [
      ...metrics.filter(name => !known.has(name) && name !== 'up'),
      ...[...labels, ...shown].filter(label => !theirs.has(label))
    ]
  }
}
