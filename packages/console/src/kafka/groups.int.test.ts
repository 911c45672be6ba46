import { randomUUID } from 'node:crypto'
import {
  type Admin,
  Connection,
  consumerGroupHeartbeatV1,
  createAPI,
  FindCoordinatorKeyTypes,
  joinGroupV9,
  type Reader,
  syncGroupV5,
  Writer
} from '@platformatic/kafka'
import { expect, it, onTestFinished } from 'vitest'
import { uniqueName } from '@outbox-cdc/test-support/use-stack'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { noDatabases, useConsoleBench, useStub } from '../testing/console-bench.ts'

/** A connection to the broker that coordinates a group; the member lives as long as its session. */
async function coordinatorOf(admin: Admin, group: string): Promise<Connection> {
  const [found] = await admin.findCoordinator({ keyType: FindCoordinatorKeyTypes.GROUP, keys: [group] })
  const connection = new Connection('a-member')
  await connection.connect(found?.host ?? '', found?.port ?? 0)
  onTestFinished(() => connection.close())
  return connection
}

/** Joins a classic group as the only member, which gets an assignment in JSON, as a schema registry's does. */
async function joinClassic(admin: Admin, group: string, protocolType: string): Promise<void> {
  const connection = await coordinatorOf(admin, group)
  const json = Buffer.from('{"version":1,"master_eligibility":true}')
  // The broker itself reads what a consumer says about itself: version 0, no topics, no data.
  const metadata = protocolType === 'consumer' ? Buffer.from('000000000000ffffffff', 'hex') : json
  const protocols = [{ name: 'v0', metadata }]
  const join = (id: string) =>
    joinGroupV9.api.async(connection, group, 30_000, 30_000, id, null, protocolType, protocols, null)
  const id = await join('').then(
    ({ memberId }) => memberId,
    (error: { response: { memberId: string } }) => error.response.memberId
  )
  const { generationId, memberId } = await join(id)
  const assignments = [{ memberId, assignment: json }]
  await syncGroupV5.api.async(connection, group, generationId, memberId, null, protocolType, 'v0', assignments)
}

/** Joins a group of KIP-848, and owns all partitions of the topic after the next heartbeats. */
async function joinModern(admin: Admin, group: string, topic: string): Promise<void> {
  const connection = await coordinatorOf(admin, group)
  const id = randomUUID()
  await consumerGroupHeartbeatV1.api.async(connection, group, id, 0, null, null, 30_000, [topic], null, null, [])
}

const shareGroupHeartbeat = createAPI<[group: string, member: string, topics: string[]], number>(
  76,
  1,
  (group: string, member: string, topics: string[]) =>
    Writer.create()
      .appendString(group)
      .appendString(member)
      .appendInt32(0)
      .appendString(null)
      .appendArray(topics, (writer, topic) => writer.appendString(topic), true, false)
      .appendTaggedFields(),
  (...[, , , reader]: [number, number, number, Reader]) => {
    reader.readInt32()
    return reader.readInt16()
  }
)

it('lists groups of every type with what can be read of each', async () => {
  const bench = await useConsoleBench()
  const { admin, topic } = bench
  const [registry, workers, odd, modern, share] = [
    uniqueName('registry'),
    uniqueName('workers'),
    uniqueName('odd'),
    uniqueName('modern'),
    uniqueName('share')
  ] as [string, string, string, string, string]
  await joinClassic(admin, registry, 'sr')
  await joinClassic(admin, workers, 'connect')
  // A client that calls itself a consumer and speaks another language.
  await joinClassic(admin, odd, 'consumer')
  await joinModern(admin, modern, topic)
  expect(await shareGroupHeartbeat.async(await coordinatorOf(admin, share), share, randomUUID(), [topic])).toBe(0)

  await eventually(async () => {
    const { items } = (await bench.get('/api/groups')).body as { items: { id: string }[] }
    const ours = [registry, workers, odd, modern, share].map(name => items.find(({ id }) => id === name))
    expect(ours).toMatchObject([
      { type: 'sr', state: 'stable', members: 1, lag: null },
      { type: 'connect', state: 'stable', members: 1, lag: null },
      { type: 'consumer', state: 'stable', members: 1, lag: null },
      { type: 'consumer (KIP-848)', members: 1 },
      { type: 'share', state: 'stable', members: null }
    ])
  })
  expect(await bench.get(`/api/groups/${registry}`)).toMatchObject({
    status: 200,
    body: { members: [{ client: 'a-member', partitions: [] }], canReset: false }
  })
  expect(await bench.get(`/api/groups/${modern}`)).toMatchObject({
    body: { members: [{ partitions: [0, 1, 2].map(partition => `${topic}/${partition}`) }] }
  })
  expect(await bench.get(`/api/groups/${share}`)).toMatchObject({ status: 200, body: { members: null } })
  const refused = await bench.act(`/api/groups/${share}/reset`, { topic, to: 'earliest', confirm: share })
  expect(refused).toMatchObject({ status: 409, body: { detail: expect.stringContaining('is a share group') } })
})

it.each(['sr', 'share'])('calls it a configuration error when the group of a hop is one of type %s', async type => {
  const group = uniqueName(type)
  const keeper = await useStub({
    '/status': { connectors: [{ name: 'orders-connector', state: 'flowing', reason: 'x' }] }
  })
  const bench = await useConsoleBench({ CONNECT_URL: '', KEEPER_URL: keeper.url }, { ...noDatabases, group })
  if (type === 'sr') await joinClassic(bench.admin, group, 'sr')
  else await shareGroupHeartbeat.async(await coordinatorOf(bench.admin, group), group, randomUUID(), [bench.topic])
  await eventually(async () => {
    const text = `Configuration error: ${group} is a ${type} group, not one of consumers. Check the group of the hop.`
    expect((await bench.get('/api/flow')).body).toMatchObject({ headline: { state: 'unknown', text } })
  })
})
