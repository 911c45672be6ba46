import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'
import { writeAddresses } from './addresses.ts'
import { requireSameEvents } from './same-events.ts'
import { eventModes } from './settings.ts'

it('lets a folder begin in any mode, also after a start that failed before the tables were made', async () => {
  const dir = await tempFolder('events')
  await mkdir(join(dir, 'secrets'))
  for (const events of eventModes) await requireSameEvents({ dir, events })
})

it('keeps the data of a folder to the mode that they began with, and says the ways on', async () => {
  const dir = await tempFolder('events')
  await writeAddresses(dir, { EVENTS: 'typed-by-application', KAFKA_BROKERS: '127.0.0.1:9092' })
  await requireSameEvents({ dir, events: 'typed-by-application' })
  await expect(requireSameEvents({ dir })).rejects.toThrow(
    /was begun with --events typed-by-application, not json\. Go on with .* \(DATA_DIR\), or begin afresh: npm run reset\.$/
  )
})

it('takes data from before there were modes for JSON', async () => {
  const dir = await tempFolder('events')
  await writeAddresses(dir, { KAFKA_BROKERS: '127.0.0.1:9092' })
  await requireSameEvents({ dir })
  await expect(requireSameEvents({ dir, events: 'typed-by-connect' })).rejects.toThrow(/--events json/)
})
