export { avroDecoding } from './avro-decoding.ts'
export { type AvroEncoding, avroEncoding, type AvroEncodingOptions } from './avro-encoding.ts'
export { avroSchema, subjectOf } from './avro-schema.ts'
export { type AvroEnum, type AvroField, type AvroRecord, type AvroType, isUnion, kindOf } from './avro-types.ts'
export {
  type RegisteredSchema,
  type SchemaRegistry,
  schemaRegistry,
  type SchemaRegistryOptions
} from './schema-registry.ts'
