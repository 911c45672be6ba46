/** A way to take events out of Kafka into the delivery database. */
export type Drain = {
  readonly name: string
  readonly title: string
  readonly file?: string
  readonly partitions?: number
  readonly consumers?: number
  readonly env?: Readonly<Record<string, string>>
}

/** The first is the delivery service as `npm start` runs it; each other one differs from it in one thing. */
export const drains: readonly Drain[] = [
  { name: 'as-is', title: 'the delivery service as it is' },
  { name: 'platformatic', title: '@platformatic/kafka', env: { KAFKA_CLIENT: 'platformatic' } },
  { name: 'batch-100', title: '100 events a transaction', env: { BATCH_SIZE: '100' } },
  { name: 'batch-2000', title: '2,000 events a transaction', env: { BATCH_SIZE: '2000' } },
  { name: 'partitions-1', title: 'one partition', partitions: 1 },
  { name: 'partitions-6', title: 'six partitions', partitions: 6 },
  { name: 'consumers-2', title: 'two consumers', consumers: 2 },
  { name: 'silent', title: 'without a log line for each event', env: { LOG_LEVEL: 'warn' } }
]
