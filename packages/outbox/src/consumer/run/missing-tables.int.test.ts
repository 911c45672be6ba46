import { expect, it, onTestFinished } from 'vitest'
import { useDatabase, useStack } from '@outbox-cdc/test-support/use-stack'
import { useConsumerBench } from '../../../test/consumer-bench.ts'
import { counted, silent } from '../../../test/counted.ts'
import { handle, kafkajsClient, replay } from '../../index.ts'

it('a consumer and a replay refuse to start on a database without the inbox tables', async () => {
  const bench = await useConsumerBench()
  const { db } = await useDatabase('empty')
  const missing = { code: 'INBOX_MISSING', message: expect.stringContaining('createInboxTables') }
  const consumer = bench.consumer({ db })
  await expect(consumer.start()).rejects.toMatchObject(missing)
  expect(consumer.health().ok).toBe(false)
  const kafka = kafkajsClient({ brokers: useStack().kafka.brokers, clientId: 'replay', logger: silent })
  const on = { counted: handle(counted, async () => undefined) }
  onTestFinished(() => kafka.close())
  const again = replay({ kafka, topics: { [bench.topic]: on }, name: 'again', db, logger: silent })
  await expect(again).rejects.toMatchObject(missing)
})
