import type { RecordDecoding } from '../consumer/decoding.ts'
import type { KafkaRecord } from '../kafka/kafka-client.ts'
import type { ParkedRow } from '../parking/parked-row.ts'
import type { Edge } from './edge.ts'
import { registryDecoding } from './registry-decoding.ts'

/** Key or value of a parked record as text for people. */
export type ParkedReader = (bytes: Buffer | null) => string | null

/** Reads Avro by the schemas of the registry; without one, or while it is away, as its bytes with the way to more. */
export async function parkedReader(
  rows: readonly ParkedRow[],
  environment: Edge['environment']
): Promise<ParkedReader> {
  const { decode, why } = await decodingOf(rows, environment)
  return bytes => {
    if (bytes === null || bytes.length < 5 || bytes[0] !== 0) return bytes?.toString() ?? null
    try {
      if (decode !== undefined) return JSON.stringify(decode(bytes).content)
    } catch (error) {
      return asBytes(bytes, (error as Error).message)
    }
    return asBytes(bytes, why)
  }
}

function asBytes(bytes: Buffer, why: string): string {
  return `${bytes.toString('hex')} (schema ${bytes.readUInt32BE(1)}; ${why})`
}

type Opened = { readonly decode?: RecordDecoding['decode'] | undefined; readonly why: string }

async function decodingOf(rows: readonly ParkedRow[], environment: Edge['environment']): Promise<Opened> {
  const why = 'SCHEMA_REGISTRY_URL says where its schema is'
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
