import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startConsoleProcess } from './console-process.ts'
import { fillTopics } from './fill-topics.ts'
import { pressConsole } from './press-console.ts'
import { startStack } from '@outbox-cdc/stack'
import { exitWithUsage, optionsOrExit, root } from '@outbox-cdc/pipeline'

const usage = `Usage: npm run console:bounds -- [options]

Measures the console's memory with many open tabs and a search through a whole topic, against a Kafka of its own.

  --records N   records in the searched topic (default 10000000)
  --topics N    further topics, the first with values of 900 kB (default 500)
  --tabs N      open at once (default 50)`

const values = optionsOrExit(
  {
    records: { type: 'string', default: '10000000' },
    topics: { type: 'string', default: '500' },
    tabs: { type: 'string', default: '50' }
  },
  usage
)
const [records, topics, tabs] = [Number(values.records), Number(values.topics), Number(values.tabs)]
if (![records, topics, tabs].every(Number.isSafeInteger)) exitWithUsage('Each option takes a whole number.', usage)
const dir = join(root, '.data/console-bounds')
const topic = 'bounds'
const began = Date.now()
const say = (text: string) => console.log(`${((Date.now() - began) / 1000).toFixed(0).padStart(5)} s  ${text}`)

await rm(dir, { recursive: true, force: true })
const stack = await startStack({ dir, parts: ['kafka'] })
try {
  const { huge } = await fillTopics({ brokers: stack.kafka.brokers, topic, records, topics })
  say(`${records.toLocaleString('en-GB')} records, ${topics} topics`)
  const server = await startConsoleProcess({ KAFKA_BROKERS: stack.kafka.brokers.join(',') }, [
    { topic, group: 'bounds' }
  ])
  try {
    const searches = Math.ceil(records / 500_000)
    const { scanned } = await pressConsole({ url: server.url, topic, huge, tabs, searches })
    say(`${tabs} tabs, ${scanned.toLocaleString('en-GB')} records searched`)
    const most = await server.mostMegabytes()
    say(`the console held ${most.toFixed(0)} MB at most`)
    process.exitCode = most < 300 && scanned === records ? 0 : 1
  } finally {
    await server.stop()
  }
} finally {
  await stack.stopAll()
  await rm(dir, { recursive: true, force: true })
}
