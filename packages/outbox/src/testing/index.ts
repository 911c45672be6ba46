export { type DebeziumRecord, debeziumRecord, type OutboxRow } from './debezium-record.ts'
export { createMemoryOutbox, type MemoryOutbox, type MemoryOutboxOptions } from './memory-outbox.ts'
export { createMemoryTopic, type MemoryTopic, type MemoryTopicOptions } from './memory-topic.ts'
