import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'
import { writeAddresses } from './addresses.ts'
import { requireSameData } from './same-data.ts'

const system = { name: 'orders-and-deliveries' }

it('starts an empty folder with or without a registry, also after a start that failed before the tables were made', async () => {
  const dir = await tempFolder('events')
  await mkdir(join(dir, 'secrets'))
  await requireSameData({ dir, system })
  await requireSameData({ dir, system, registry: true })
})

it('refuses to switch a folder with Avro events to JSON, and names the ways on', async () => {
  const dir = await tempFolder('events')
  await writeAddresses(dir, { SCHEMA_REGISTRY_URL: 'http://127.0.0.1:8081', KAFKA_BROKERS: '127.0.0.1:9092' })
  await requireSameData({ dir, system, registry: true })
  await expect(requireSameData({ dir, system })).rejects.toThrow(
    /was started with --registry\. Start with --registry again, .* \(DATA_DIR\), or clear the data: npm run reset\.$/
  )
})

it('refuses to switch a folder with JSON events to Avro', async () => {
  const dir = await tempFolder('events')
  await writeAddresses(dir, { KAFKA_BROKERS: '127.0.0.1:9092' })
  await requireSameData({ dir, system })
  await expect(requireSameData({ dir, system, registry: true })).rejects.toThrow(/without --registry/)
})

it('refuses to open a folder that was secured, and to secure one that was open', async () => {
  const dir = await tempFolder('events')
  await writeAddresses(dir, { KAFKA_BROKERS: '127.0.0.1:9092' })
  await expect(requireSameData({ dir, system, secure: true })).rejects.toThrow(/was started without --secure/)
  await writeAddresses(dir, { KAFKA_BROKERS: '127.0.0.1:9092', KAFKA_SASL_PASSWORD: '${dir:/s:kafka-admin}' })
  await requireSameData({ dir, system, secure: true })
  await expect(requireSameData({ dir, system })).rejects.toThrow(/was started with --secure/)
})

it('refuses to start one system on the data of another', async () => {
  const dir = await tempFolder('events')
  await writeAddresses(dir, { SYSTEM: 'orders-and-deliveries' })
  await requireSameData({ dir, system })
  await expect(requireSameData({ dir, system: { name: 'shop' } })).rejects.toThrow(
    /holds the data of the system orders-and-deliveries, not of shop\. Start orders-and-deliveries there/
  )
})
