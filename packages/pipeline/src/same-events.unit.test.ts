import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'
import { writeAddresses } from './addresses.ts'
import { requireSameEvents } from './same-events.ts'

it('starts an empty folder with or without a registry, also after a start that failed before the tables were made', async () => {
  const dir = await tempFolder('events')
  await mkdir(join(dir, 'secrets'))
  await requireSameEvents({ dir })
  await requireSameEvents({ dir, registry: true })
})

it('refuses to switch a folder with Avro events to JSON, and names the ways on', async () => {
  const dir = await tempFolder('events')
  await writeAddresses(dir, { SCHEMA_REGISTRY_URL: 'http://127.0.0.1:8081', KAFKA_BROKERS: '127.0.0.1:9092' })
  await requireSameEvents({ dir, registry: true })
  await expect(requireSameEvents({ dir })).rejects.toThrow(
    /was started with --registry\. Start with it again, .* \(DATA_DIR\), or clear the data: npm run reset\.$/
  )
})

it('refuses to switch a folder with JSON events to Avro', async () => {
  const dir = await tempFolder('events')
  await writeAddresses(dir, { KAFKA_BROKERS: '127.0.0.1:9092' })
  await requireSameEvents({ dir })
  await expect(requireSameEvents({ dir, registry: true })).rejects.toThrow(/without --registry/)
})
