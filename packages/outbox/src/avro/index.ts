export { avroDecoding } from './avro-decoding.ts'
export { type AvroEncoding, avroEncoding, type AvroEncodingOptions } from './avro-encoding.ts'
export { avroSchema, subjectOf } from './avro-schema.ts'
export type { AvroField, AvroRecord, AvroType } from './avro-types.ts'
export { checkSchemas, type SchemaFinding, type ServiceSchema, type SystemSchemas } from './check-schemas.ts'
export { type KnownSchemas, registeredSchemas, schemaFiles } from './known-schemas.ts'
export {
  type RegisteredSchema,
  type SchemaRegistry,
  schemaRegistry,
  type SchemaRegistryOptions
} from './schema-registry.ts'
