import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import type { KafkaMessage } from 'kafkajs'
import type { EventMode } from '../../scripts/pipeline/settings.ts'
import { coreSuite, type CoreTarget, type OpenRecord } from './core-suite.ts'
import { coreTarget, startTestPipeline } from './test-pipeline.ts'

type Fields = Record<string, unknown>

/** The core suite with events as Avro; records are read by Confluent's client alone, which knows nothing of this project. */
export function typedCoreSuite(events: Exclude<EventMode, 'json'>): void {
  coreSuite(`the pipeline, ${events.replaceAll('-', ' ')}`, async (): Promise<CoreTarget> => {
    const pipeline = await startTestPipeline({ events })
    const registry = new SchemaRegistry({ host: pipeline.stack.registry?.url ?? '' })
    const decode = async (bytes: Buffer | null) => (await registry.decode(bytes ?? Buffer.alloc(0))) as Fields
    const open = events === 'typed-by-connect' ? openRow(decode) : openPayload(decode)
    return { ...coreTarget(pipeline), open }
  })
}

type Decode = (bytes: Buffer | null) => Promise<Fields>

function openRow(decode: Decode) {
  return async ({ key, value }: KafkaMessage): Promise<OpenRecord> => ({
    fields: { ...(await decode(value)) },
    key: { ...(await decode(key)) }
  })
}

/** The value is the payload; the row's other fields are headers, and the key says whose event it is. */
function openPayload(decode: Decode) {
  return async ({ key, value, headers }: KafkaMessage): Promise<OpenRecord> => {
    const keyFields = JSON.parse(String(key)) as Fields
    const fields = {
      id: Number(headers?.['id']),
      event: String(headers?.['event']),
      event_id: keyFields['event_id'],
      payload: JSON.stringify(await decode(value)),
      created_at: String(headers?.['created_at'])
    }
    return { fields, key: keyFields }
  }
}
