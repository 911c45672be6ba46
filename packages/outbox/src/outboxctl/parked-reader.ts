import type { RecordDecoding } from '../consumer/read/decoding.ts'
import type { KafkaRecord } from '../kafka/kafka-client.ts'
import type { ParkedRow } from '../parking/parked-event.ts'
import type { Edge } from './edge.ts'

/** Turns the key or the value of a parked record into text for people. */
export type ParkedReader = (bytes: Buffer | null) => string | null

/** Reads Avro with the registry's schemas. Without a registry, or while it is down, it shows the bytes and says why. */
export async function parkedReader(
  rows: readonly ParkedRow[],
  environment: Edge['environment']
): Promise<ParkedReader> {
  const { decode, ...opened } = await decodingOf(rows, environment)
  return bytes => {
    if (bytes === null || bytes.length < 5 || bytes[0] !== 0) return bytes?.toString() ?? null
    let { why } = opened
    try {
      if (decode !== undefined) return JSON.stringify(decode(bytes).content)
    } catch (error) {
      why = (error as Error).message
    }
    return `${bytes.toString('hex')} (schema ${bytes.readUInt32BE(1)}; ${why})`
  }
}

type Opened = { readonly decode?: RecordDecoding['decode'] | undefined; readonly why: string }

async function decodingOf(rows: readonly ParkedRow[], environment: Edge['environment']): Promise<Opened> {
  const why = 'set SCHEMA_REGISTRY_URL to read it'
  if (!rows.some(row => row.record_key?.[0] === 0 || row.record_value?.[0] === 0)) return { why }
  try {
    const decoding = await registryDecoding(environment)
    await decoding?.prepare?.(rows.map(recordOf))
    return { decode: decoding?.decode, why }
  } catch (error) {
    return { why: (error as Error).message }
  }
}

function recordOf(row: ParkedRow): KafkaRecord {
  const { topic, partition_no: partition, record_key: key, record_value: value } = row
  return { topic, partition, offset: 0n, timestamp: 0, key, value, headers: {} }
}

/** Reads Avro with the registry that SCHEMA_REGISTRY_URL names; undefined if it names none. */
export async function registryDecoding(environment: Edge['environment']): Promise<RecordDecoding | undefined> {
  const url = environment['SCHEMA_REGISTRY_URL']
  if (url === undefined || url === '') return undefined
  // Loaded only here, because its packages are optional.
  const { avroDecoding, schemaRegistry } = await import('../avro/index.ts')
  return avroDecoding({ registry: schemaRegistry({ url }) })
}
