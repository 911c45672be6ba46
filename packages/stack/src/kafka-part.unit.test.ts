import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { nodeName, nodeSettings, requireSameSize } from './kafka-part.ts'
import { kafkaNodes } from './ports.ts'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cluster-size-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

it('starts a cluster again with as many brokers as before', async () => {
  await requireSameSize(dir, 3)
  await requireSameSize(dir, 3)
})

it('refuses another number of brokers on the same data, and names both ways out', async () => {
  await requireSameSize(dir, 3)
  await expect(requireSameSize(dir, 1)).rejects.toThrow(
    'The data here was made with --brokers 3, and 1 would lose or not replicate it. Start with --brokers 3, or clear the data: npm run reset.'
  )
})

it('gives two brokers a controller of their own, and every topic a replica on both', () => {
  const nodes = kafkaNodes([9092, 9093], [9999])
  const settings = nodes.map(node => nodeSettings(node, nodes, { listenOn: '127.0.0.1' }))
  expect(nodes.map(nodeName)).toEqual(['kafka-1', 'kafka-2', 'controller'])
  expect(settings.map(each => each['process.roles'])).toEqual(['broker', 'broker', 'controller'])
  expect(settings.map(each => each['listeners'])).toEqual([
    'PLAINTEXT://127.0.0.1:9092',
    'PLAINTEXT://127.0.0.1:9093',
    'CONTROLLER://127.0.0.1:9999'
  ])
  for (const each of settings)
    expect(each).toMatchObject({
      'controller.quorum.voters': '3@127.0.0.1:9999',
      'default.replication.factor': 2,
      'offsets.topic.replication.factor': 2,
      'transaction.state.log.replication.factor': 2,
      'transaction.state.log.min.isr': 1,
      'min.insync.replicas': 1
    })
})

it('lets one and three brokers be their own controllers', () => {
  const nodes = kafkaNodes([9092, 9093, 9094], [9001, 9002, 9003])
  expect(nodes.map(nodeName)).toEqual(['kafka-1', 'kafka-2', 'kafka-3'])
  const [first = { id: 0 }] = nodes
  expect(nodeSettings(first, nodes, { listenOn: '127.0.0.1' })).toMatchObject({
    'process.roles': 'broker,controller',
    'controller.quorum.voters': '1@127.0.0.1:9001,2@127.0.0.1:9002,3@127.0.0.1:9003',
    listeners: 'PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9001',
    'min.insync.replicas': 2
  })
  expect(kafkaNodes([9092], [9001])).toEqual([{ id: 1, port: 9092, controllerPort: 9001 }])
})
