import { type KafkaRecord, kafkajsClient } from '@outbox-cdc/outbox'

// Whatever fails rejects, and says so there.
const silent = { debug() {}, info() {}, warn() {}, error() {} }

type Reader = { readonly brokers: readonly string[]; readonly clientId: string }

/** Hands over every record of a topic, from its beginning to where it ends now, once, outside of any consumer's group. */
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
