import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { uniqueName, useStack } from '@outbox-cdc/test-support/use-stack'
import { startConsoleProcess } from './testing/console-process.ts'
import { fillTopics } from './testing/fill-topics.ts'
import { pressConsole } from './testing/press-console.ts'

// Small enough for every run; `npm run console:bounds` does the same with ten million records.
it('stays under 300 MB, and reads no topic unless a page shows it', async () => {
  const { brokers } = useStack().kafka
  const topic = uniqueName('console.bounds')
  const { huge } = await fillTopics({ brokers, topic, records: 150_000, topics: 30 })
  const server = await startConsoleProcess({ KAFKA_BROKERS: brokers.join(',') }, [{ topic, group: 'bounds' }])
  onTestFinished(() => server.stop())

  await sleep(3_000)
  const before = await server.bytesRead()
  await sleep(3_000)
  expect((await server.bytesRead()) - before).toBeLessThan(1_000_000)

  expect(await pressConsole({ url: server.url, topic, huge, tabs: 50, searches: 2 })).toEqual({ scanned: 150_000 })
  expect(await server.mostMegabytes()).toBeLessThan(300)
})
