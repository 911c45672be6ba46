import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { KafkaRecord } from '@outbox-cdc/outbox'
import { freePort } from '@outbox-cdc/stack'
import { startPipeline } from '@outbox-cdc/pipeline'
import { readTopic } from '@outbox-cdc/pipeline'
import { portVariables, readSettings, root } from '@outbox-cdc/pipeline'
import { topics } from '@outbox-cdc/pipeline'

type Bytes = { readonly key: number; readonly value: number; readonly headers: number }

/** The bytes of one order's event as JSON and as Avro, by a pipeline that is started for it, as a table. */
export async function sizeTable(say: (line: string) => void): Promise<void> {
  say('| events | key | value | headers | together |')
  say('| --- | ---: | ---: | ---: | ---: |')
  for (const format of ['JSON', 'Avro'] as const) {
    const { key, value, headers } = await bytesIn(format)
    say(`| ${format} | ${key} | ${value} | ${headers} | ${key + value + headers} |`)
  }
}

async function bytesIn(format: 'JSON' | 'Avro'): Promise<Bytes> {
  const dir = join(root, '.data/schema-size', format)
  await rm(dir, { recursive: true, force: true })
  const settings = readSettings(format === 'Avro' ? ['--registry'] : [], { DATA_DIR: dir, ...(await freePorts()) })
  if (settings === 'help') throw new TypeError('Help was not asked for')
  const pipeline = await startPipeline(settings, { progress: (_step, work) => work(), onLog: () => {} })
  try {
    const response = await fetch(`http://127.0.0.1:${settings.ports.order}/order`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'joon', quantity: 95 })
    })
    if (response.status !== 201) throw new Error(`The order was answered ${response.status}`)
    const { key, value, headers } = await firstRecord(pipeline.stack.kafka.brokers)
    const texts = Object.entries(headers).flat()
    const headerBytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), 0)
    return { key: key?.length ?? 0, value: value?.length ?? 0, headers: headerBytes }
  } finally {
    await pipeline.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

async function freePorts(): Promise<Record<string, string>> {
  const free = portVariables.map(async ([, variable]) => [variable, String(await freePort())])
  return Object.fromEntries(await Promise.all(free))
}

async function firstRecord(brokers: readonly string[]): Promise<KafkaRecord> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
    const found: KafkaRecord[] = []
    await readTopic(topics.outbox, { brokers, clientId: 'schemas-size' }, records => void found.push(...records))
    if (found[0] !== undefined) return found[0]
  }
  throw new Error('The event did not come within 30 s')
}
