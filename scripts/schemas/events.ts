import { orderCreated } from '@outbox-cdc/delivery-service/messaging/on-order-created'
import { type AvroRecord, avroSchema, subjectOf } from '@outbox-cdc/outbox/avro'
import type { EventDefinition } from '@outbox-cdc/outbox'
import { channels } from '../event-catalogue.ts'

/** An event as one service defines it. */
export type ServiceSchema = { readonly service: string; readonly subject: string; readonly schema: AvroRecord }
export type Schemas = {
  /** What is written; one subject, one writer. */
  readonly written: readonly ServiceSchema[]
  /** What each consumer wants of it. */
  readonly read: readonly ServiceSchema[]
}

/** Each consumer's own definitions. */
const readers: Readonly<Record<string, readonly EventDefinition[]>> = { 'delivery-service': [orderCreated] }

/** Every event of the project, by its writer and by its readers. */
export function projectSchemas(): Schemas {
  return {
    written: channels.flatMap(({ producer, events }) => schemasOf(producer, events)),
    read: Object.entries(readers).flatMap(([service, events]) => schemasOf(service, events))
  }
}

function schemasOf(service: string, events: readonly EventDefinition[]): readonly ServiceSchema[] {
  return events.map(event => ({ service, subject: subjectOf(event), schema: avroSchema(event) }))
}
