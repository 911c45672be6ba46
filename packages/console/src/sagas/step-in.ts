import { type StepInput, stepOf } from '@outbox-cdc/outbox/saga'
import { asKafkaRecord, keyOf, type StoredRecord, valueOf } from '../kafka/decode-record.ts'

/** The step that a record is; undefined for one that is no event, such as a heartbeat. */
export function stepIn(record: StoredRecord): StepInput | undefined {
  const decode = (bytes: Buffer) => ({ content: bytes === record.key ? keyOf(record) : valueOf(record) })
  return stepOf(asKafkaRecord(record), { decode })
}
