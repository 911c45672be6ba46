import type { KafkaRecord } from '@outbox-cdc/outbox'
import { stepOf } from '@outbox-cdc/outbox/saga'

/** What the page is told of an event: whose rows to read again. */
export type LiveEvent = {
  readonly event: string
  readonly service: string
  /** null for an event about an item, which belongs to no order. */
  readonly orderId: number | null
  readonly itemId: number | null
}

const writers: Readonly<Record<string, string>> = {
  'flower.order': 'order',
  'flower.payment': 'payment',
  'flower.item': 'item',
  'flower.stock': 'item',
  'flower.shop': 'shop',
  'flower.delivery': 'delivery'
}

export const topics: readonly string[] = Object.keys(writers)

/** undefined for a record that isn't an event. */
export function liveEventOf(record: KafkaRecord): LiveEvent | undefined {
  const step = stepOf(record)
  const service = writers[record.topic]
  if (step === undefined || service === undefined) return undefined
  const id = Number(step.aggregateId)
  const isItem = step.aggregate === 'item'
  return { event: step.event, service, orderId: isItem ? null : id, itemId: isItem ? id : null }
}
