import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import type { KafkaMessage } from 'kafkajs'
import { expect, it } from 'vitest'
import { audit } from './auditor.ts'
import { coreSuite, type CoreTarget } from './core-suite.ts'
import type { OpenRecord } from './effects-suite.ts'
import { textsOf } from './open-record.ts'
import { eventually } from './eventually.ts'
import { get } from './http.ts'
import { coreTarget, startTestPipeline, type TestPipeline } from './test-pipeline.ts'

type Fields = Record<string, unknown>

/** The core suite and the tools with Avro events. Confluent's own client reads the records, not this project's. */
export function avroCoreSuite(): void {
  let pipeline: TestPipeline
  coreSuite('the pipeline with Avro events', async (): Promise<CoreTarget> => {
    pipeline = await startTestPipeline({ registry: true })
    return { ...coreTarget(pipeline), open: openAvro(pipeline.stack.registry?.url ?? '') }
  })

  it('shows the decoded events on the page, and the keeper sees its probe come through', async () => {
    const { ports } = pipeline.settings
    const { body } = await get(
      `http://127.0.0.1:${ports.console}/api/topics/${pipeline.settings.system.hops[0].topic}/records?limit=1`
    )
    const [record] = body.items as { key: string; event: string; value: Fields }[]
    expect(record?.value).toEqual({ name: expect.any(String), quantity: expect.any(Number) })
    expect(record).toMatchObject({ key: expect.stringMatching(/^\d+$/), event: 'order_created' })
    await eventually(async () => expect((await get(`http://127.0.0.1:${ports.keeper}/health`)).status).toBe(200))
  })

  it('passes outboxctl audit', async () => {
    await eventually(async () => expect(await audit(pipeline)).toMatchObject({ code: 0, findings: [] }), {
      timeoutMs: 30_000,
      everyMs: 1_000
    })
  })
}

/** Reads a record with Confluent's client: its value is the payload, and the row's other fields are headers. */
export function openAvro(registryUrl: string): NonNullable<CoreTarget['open']> {
  const registry = new SchemaRegistry({ host: registryUrl })
  return async ({ key, value, headers }: KafkaMessage): Promise<OpenRecord> => {
    const keyFields = JSON.parse(String(key)) as Fields
    const fields = {
      id: Number(headers?.['id']),
      event: String(headers?.['event']),
      event_id: keyFields['event_id'],
      payload: JSON.stringify(await registry.decode(value ?? Buffer.alloc(0))),
      created_at: String(headers?.['created_at'])
    }
    return { fields, key: keyFields, headers: textsOf(headers) }
  }
}
