import type { SagaMap, StepInput } from '../src/saga/index.ts'

/** Two services that answer each other, as in the example customers-and-orders. */
export const twoServices: SagaMap = {
  services: { orderTopic: 'order-service', customerTopic: 'customer-service' },
  expectations: [
    { after: 'order_created', oneOf: ['credit_reserved', 'limit_exceeded'], from: 'customer-service', withinMs: 5_000 },
    { after: 'credit_reserved', oneOf: ['order_approved', 'order_cancelled'], from: 'order-service', withinMs: 5_000 },
    { after: 'limit_exceeded', oneOf: ['order_rejected'], from: 'order-service', withinMs: 5_000 }
  ]
}

/** An event of order 7 in the saga `request-7`, 10 ms after the one that is its cause. */
export function aStep(event: string, more: Partial<StepInput> = {}): StepInput {
  const isOrder = event.startsWith('order_')
  const at = more.at ?? { order_created: 1_000, credit_reserved: 1_010, limit_exceeded: 1_010 }[event] ?? 1_020
  return {
    messageId: `message of ${event}`,
    event,
    aggregate: isOrder ? 'order' : 'reservation',
    aggregateId: '7',
    correlationId: 'request-7',
    topic: isOrder ? 'orderTopic' : 'customerTopic',
    partition: 0,
    offset: at,
    at,
    arrivedAt: at + 5,
    ...more
  }
}

export const created = aStep('order_created')
export const reserved = aStep('credit_reserved', { causationId: created.messageId })
export const approved = aStep('order_approved', { causationId: reserved.messageId })
