import { context, propagation, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { expect, it, onTestFinished } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { uniqueName, useStack } from '@outbox-cdc/test-support/use-stack'
import { streamOutbox } from '../../test/debezium-topic.ts'
import { orderCreated, useOrders } from '../../test/orders-database.ts'
import { appendToOutbox, createConsumer, createInboxTables, handle, kafkajsClient } from '../index.ts'

it('spans the request, the transaction, Debezium and the handler with one trace', async () => {
  const exporter = new InMemorySpanExporter()
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  provider.register()
  onTestFinished(() => [trace, context, propagation].forEach(api => api.disable()))
  const database = await useOrders()
  const { db } = database
  await createInboxTables(db)
  const topic = await streamOutbox(database)
  onTestFinished(() => topic.remove())
  const logger = { debug() {}, info() {}, warn() {}, error() {} }
  const consumer = createConsumer({
    kafka: kafkajsClient({ brokers: useStack().kafka.brokers, clientId: 'trace', logger }),
    group: uniqueName('trace'),
    db,
    logger,
    topics: { [topic.name]: { order_created: handle(orderCreated, async () => {}) } }
  })
  onTestFinished(() => consumer.stop())
  await provider.getTracer('test').startActiveSpan('POST /order', async span => {
    const payload = { name: 'joon', quantity: 1 }
    await db.transaction(trx => appendToOutbox(trx, orderCreated({ aggregateId: 1, payload })))
    span.end()
  })
  await consumer.start()
  await eventually(() => {
    const [request, published, handled] = exporter.getFinishedSpans()
    expect([published?.name, handled?.name]).toEqual(['publish order_created', 'process order_created'])
    for (const span of [published, handled]) {
      expect(span?.spanContext().traceId).toBe(request?.spanContext().traceId)
      expect(span?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId)
    }
  })
})
