import type { RecordDecoding } from '../consumer/decoding.ts'
import type { Edge } from './edge.ts'

/** Reads Avro by the registry that SCHEMA_REGISTRY_URL names; undefined where it names none. */
export async function registryDecoding(environment: Edge['environment']): Promise<RecordDecoding | undefined> {
  const url = environment['SCHEMA_REGISTRY_URL']
  if (url === undefined || url === '') return undefined
  // Not before it is needed: its packages are optional.
  const { avroDecoding, schemaRegistry } = await import('../avro/index.ts')
  return avroDecoding({ registry: schemaRegistry({ url }) })
}
