import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { confluentPython } from '@outbox-cdc/test-support/python-client'
import { noRegistry, useRegistry } from '@outbox-cdc/test-support/use-registry'
import { useStack } from '@outbox-cdc/test-support/use-stack'
import { streamOutbox } from '../../test/debezium-topic.ts'
import { orderCreated, useOrders } from '../../test/orders-database.ts'
import { createOutbox } from '../index.ts'
import { avroEncoding, schemaRegistry } from './index.ts'

const registry = useRegistry()
const script = join(import.meta.dirname, '../../test/python-consumer.py')

describe.skipIf(noRegistry !== undefined)('an event typed by the application', () => {
  it("is read in Python by Confluent's client, which knows nothing of this project", async ({ skip }) => {
    const python = await confluentPython()
    if (python === undefined) return skip()
    const orders = await useOrders('delete', 'bytes')
    const encoding = avroEncoding({ registry: schemaRegistry({ url: registry().url }), events: [orderCreated] })
    await encoding.register()
    const topic = await streamOutbox(orders, 'avro/orders-connector.ts')
    const outbox = createOutbox({ encoding })
    const payloads = [
      { name: '주운 👩🏽‍🚀', quantity: 95 },
      { name: '', quantity: Number.MIN_SAFE_INTEGER }
    ]
    for (const payload of payloads)
      await orders.db.transaction(trx => outbox.append(trx, orderCreated({ aggregateId: 17, payload })))
    await topic.recordsOf(17, payloads.length)
    const output = await python(script, [
      useStack().kafka.brokers.join(),
      registry().url,
      topic.name,
      String(payloads.length)
    ])
    expect(
      output
        .trim()
        .split('\n')
        .map(line => JSON.parse(line))
    ).toEqual(payloads.map(payload => ({ key: { event_id: 17 }, event: 'order_created', payload })))
    await topic.remove()
  }, 300_000)
})
