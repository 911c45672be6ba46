import type { RecordDecoding } from '@outbox-cdc/outbox'
import type { RegistryAddress } from '@outbox-cdc/outbox/avro'
import { asKafkaRecord, type RecordDecoder } from './decode-record.ts'

const restMs = 5_000

/**
 * Opens keys and values that are Avro by the schemas of a registry. While it is away they are shown as they are, and it
 * is left alone for a while: a page that waits for it with every answer would be away too.
 */
export function avroDecoder(registry: RegistryAddress): RecordDecoder {
  // Loaded only when needed: most pipelines have no registry.
  const loading = import('@outbox-cdc/outbox/avro').then(({ avroDecoding, schemaRegistry }) =>
    avroDecoding({ registry: schemaRegistry({ ...registry, timeoutMs: 1_500 }) })
  )
  let askedAgainAt = 0
  return async records => {
    const framed = records.filter(({ key, value }) => isAvro(key) || isAvro(value))
    if (framed.length === 0) return records
    const decoding = await loading
    if (Date.now() >= askedAgainAt)
      await decoding.prepare?.(framed.map(asKafkaRecord)).catch(() => (askedAgainAt = Date.now() + restMs))
    return records.map(record => ({
      ...record,
      opened: open(record.value, decoding),
      openedKey: open(record.key, decoding)
    }))
  }
}

/** Confluent's wire format begins with a zero byte, which JSON never does. */
export function isAvro(bytes: Buffer | null): boolean {
  return bytes !== null && bytes.length >= 5 && bytes[0] === 0
}

function open(bytes: Buffer | null, { decode }: RecordDecoding): unknown {
  if (bytes === null || !isAvro(bytes)) return undefined
  try {
    return decode(bytes).content
  } catch {
    return undefined
  }
}
