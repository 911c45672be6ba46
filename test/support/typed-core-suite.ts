import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import type { KafkaMessage } from 'kafkajs'
import { expect, it } from 'vitest'
import type { EventMode } from '@outbox-cdc/pipeline'
import { topics } from '@outbox-cdc/pipeline'
import { auditor } from './auditor.ts'
import { coreSuite, type CoreTarget, type OpenRecord } from './core-suite.ts'
import { eventually } from './eventually.ts'
import { get } from './http.ts'
import { coreTarget, startTestPipeline, type TestPipeline } from './test-pipeline.ts'

type Fields = Record<string, unknown>

/** The core suite with events as Avro, and the tools on it; records are read by Confluent's client alone, which knows nothing of this project. */
export function typedCoreSuite(events: Exclude<EventMode, 'json'>): void {
  let pipeline: TestPipeline
  coreSuite(`the pipeline, ${events.replaceAll('-', ' ')}`, async (): Promise<CoreTarget> => {
    pipeline = await startTestPipeline({ events })
    return { ...coreTarget(pipeline), open: openTyped(events, pipeline.stack.registry?.url ?? '') }
  })

  it('shows the events decoded on the page, and the keeper sees its beats come round', async () => {
    const { ports } = pipeline.settings
    const { body } = await get(`http://127.0.0.1:${ports.console}/api/topics/${topics.outbox}/records?limit=1`)
    const [record] = body.items as { key: string; event: string; value: Fields }[]
    const payload = events === 'typed-by-connect' ? record?.value['payload'] : record?.value
    expect(payload).toEqual({ name: expect.any(String), quantity: expect.any(Number) })
    expect(record).toMatchObject({ key: expect.stringMatching(/^\d+$/), event: 'order_created' })
    await eventually(async () => expect((await get(`http://127.0.0.1:${ports.keeper}/health`)).status).toBe(200))
  })

  it('passes outboxctl audit', async () => {
    const { audit } = await auditor(pipeline)
    await eventually(async () => expect(await audit()).toEqual({ code: 0, findings: [] }), {
      timeoutMs: 30_000,
      everyMs: 1_000
    })
  })
}

/** Reads a record as Confluent's client does. */
export function openTyped(events: Exclude<EventMode, 'json'>, registryUrl: string): NonNullable<CoreTarget['open']> {
  const registry = new SchemaRegistry({ host: registryUrl })
  const decode = async (bytes: Buffer | null) => (await registry.decode(bytes ?? Buffer.alloc(0))) as Fields
  return events === 'typed-by-connect' ? openRow(decode) : openPayload(decode)
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
