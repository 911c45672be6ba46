import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { useStack } from '@outbox-cdc/test-support/use-stack'
import { useConsumerBench } from '../../../test/consumer-bench.ts'

it('parks the event that the process dies of, after it has shown itself three times, and only that key', async () => {
  const bench = await useConsumerBench({ partitions: 1 })
  await bench.produce(bench.events({ keys: 5, perKey: 6 }))
  let deaths = 0
  const ends = new AbortController()
  onTestFinished(() => ends.abort())
  const lives = (async () => {
    for (; !ends.signal.aborted; deaths++) await oneLife(bench, ends.signal)
  })()
  const parked = ['CRASH_LOOP', 'BEHIND', 'BEHIND'].map(reason => ({ event_key: 'thing/3', reason }))
  // Both: where the last three events are those of key 3, all effects are there before the process has died often enough.
  await eventually(
    async () => {
      expect(await bench.effects()).toHaveLength(27)
      expect(await bench.parked()).toMatchObject(parked)
    },
    { timeoutMs: 90_000, everyMs: 200 }
  )
  expect(await bench.disorder()).toEqual([])
  // Once among others, once as the first of those, three times alone.
  expect(deaths).toBeLessThanOrEqual(5)
  ends.abort()
  await lives
})

async function oneLife(bench: Awaited<ReturnType<typeof useConsumerBench>>, signal: AbortSignal): Promise<void> {
  const { mysql, kafka } = useStack()
  const [row] = await bench.db.select<{ name: string }[]>(bench.db.raw('DATABASE() AS name'))
  const database = {
    host: mysql.host,
    port: mysql.port,
    user: 'root',
    password: mysql.rootPassword,
    database: row?.name
  }
  const settings = { database, brokers: kafka.brokers, topic: bench.topic, group: bench.group, deadly: '3:4' }
  const program = join(import.meta.dirname, '../../../test/consumer-process.ts')
  const child = spawn(process.execPath, [program, JSON.stringify(settings)], { stdio: 'ignore' })
  const kill = () => child.kill('SIGKILL')
  signal.addEventListener('abort', kill)
  await once(child, 'exit')
  signal.removeEventListener('abort', kill)
}
