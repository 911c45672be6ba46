import { expect, it } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { useConsumerBench } from '../../../test/consumer-bench.ts'
import { wireMessage } from '../../../test/wire-message.ts'
import { listParked } from '../../index.ts'

const died = (started: number, at: number) => ({
  partition_no: 0,
  from_offset: at,
  to_offset: at,
  message_id: 'of-the-topic-before',
  started
})

it.each([0, 3])('parks no event for deaths at its offset (%i) in an earlier topic of the same name', async at => {
  const bench = await useConsumerBench({ partitions: 1 })
  await bench.db('inbox_attempt').insert({ consumer: bench.group, topic: bench.topic, ...died(3, at) })
  await bench.produce(bench.events({ keys: 2, perKey: 4 }))
  await bench.consumer().start()
  await eventually(async () => expect(await bench.effects()).toHaveLength(8))
  expect(await bench.parked()).toEqual([])
  await eventually(async () => expect(await bench.db('inbox_attempt')).toEqual([]))
})

it('parks an unreadable record although another one was parked at its place in an earlier topic of the same name', async () => {
  const bench = await useConsumerBench({ partitions: 1 })
  const unreadable = (value: string) => ({
    ...wireMessage(bench.events({ keys: 1, perKey: 1 })[0]!),
    headers: {},
    value
  })
  await bench.send([unreadable('{"of": "the first life"}')])
  const first = bench.consumer()
  await first.start()
  await eventually(async () => expect(await bench.parked()).toHaveLength(1))
  await first.stop()
  await bench.recreateTopic()
  await bench.send([unreadable('{"of": "the second life"}')])
  await bench.consumer().start()
  await eventually(async () => expect(await listParked(bench.db)).toMatchObject([{ waiting: 2 }]))
  const places = await bench.db('parked_event').select('partition_no', 'record_offset')
  expect(places).toEqual([places[0], places[0]])
})
