import type { RecordDecoding } from '../consumer/read/decoding.ts'
import { asError } from '../errors.ts'
import { type ParkedRow, recordOfRow } from '../parking/parked-event.ts'
import type { Edge } from './edge.ts'

/** Turns the key or the value of a parked record into text for people. */
export type ParkedReader = (bytes: Buffer | null) => string | null

/** Reads Avro with the registry's schemas. Without a registry, or while it is down, it shows the bytes and says why. */
export async function parkedReader(
  rows: readonly ParkedRow[],
  environment: Edge['environment']
): Promise<ParkedReader> {
  const records = rows.map(recordOfRow).filter(({ key, value }) => isAvro(key) || isAvro(value))
  let why = 'set SCHEMA_REGISTRY_URL to read it'
  let decoding: RecordDecoding | undefined
  try {
    if (records.length > 0) decoding = await registryDecoding(environment)
    await decoding?.prepare?.(records)
  } catch (error) {
    decoding = undefined
    why = asError(error).message
  }
  return bytes => {
    if (bytes === null || !isAvro(bytes)) return bytes?.toString() ?? null
    let problem = why
    try {
      if (decoding !== undefined) return JSON.stringify(decoding.decode(bytes).content)
    } catch (error) {
      problem = asError(error).message
    }
    return `${bytes.toString('hex')} (schema ${bytes.readUInt32BE(1)}; ${problem})`
  }
}

// In Confluent's wire format: a zero byte, the schema's id in four bytes, then Avro.
function isAvro(bytes: Buffer | null): boolean {
  return bytes !== null && bytes.length >= 5 && bytes[0] === 0
}

/** Reads Avro with the registry that SCHEMA_REGISTRY_URL names; undefined if it names none. */
export async function registryDecoding(environment: Edge['environment']): Promise<RecordDecoding | undefined> {
  const url = environment['SCHEMA_REGISTRY_URL']
  if (url === undefined || url === '') return undefined
  // Loaded only here, because its packages are optional.
  const { avroDecoding, registryAddress, schemaRegistry } = await import('../avro/index.ts')
  return avroDecoding({ registry: schemaRegistry(registryAddress(url, environment)) })
}
