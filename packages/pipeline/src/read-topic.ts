import { type KafkaRecord, kafkajsClient } from '@outbox-cdc/outbox'

// An error rejects, so it needs no log line.
const silent = { debug() {}, info() {}, warn() {}, error() {} }

type Reader = { readonly brokers: readonly string[]; readonly clientId: string }

/** Passes on every record of a topic once, from its beginning to its present end, without a consumer group. */
export async function readTopic(
  topic: string,
  reader: Reader,
  onRecords: (records: readonly KafkaRecord[]) => void
): Promise<void> {
  const kafka = kafkajsClient({ ...reader, logger: silent })
  try {
    const marks = await kafka.watermarks(topic)
    const window = new Map([...marks].map(([partition, { low, high }]) => [partition, { from: low, to: high }]))
    await kafka.read({ topic, window, onRecords: async (_partition, records) => onRecords(records) })
  } finally {
    await kafka.close()
  }
}
