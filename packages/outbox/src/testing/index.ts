export { type DebeziumRecord, debeziumRecord, type OutboxRow } from './debezium-record.ts'
export { createMemoryInbox } from './memory-inbox.ts'
export { createMemoryKafka } from './memory-kafka.ts'
export { createMemoryOutbox, type MemoryOutbox, type MemoryOutboxOptions } from './memory-outbox.ts'
export { createMemoryTopic, type MemoryTopic, type MemoryTopicOptions, type ProducedRecord } from './memory-topic.ts'
export { readRecord, type Topics } from './read-record.ts'
export {
  type ContractCase,
  type RunSql,
  transactionContract,
  type TransactionsUnderTest
} from './transaction-contract.ts'
