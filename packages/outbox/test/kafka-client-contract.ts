import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { uniqueName } from '@outbox-cdc/test-support/use-stack'
import type { KafkaClient, KafkaRecord } from '../src/index.ts'

const day = 86_400_000

/** A topic of two partitions, and how a test writes to it. */
export type TopicUnderTest = {
  readonly topic: string
  readonly send: (partition: number, messages: readonly Numbered[]) => Promise<unknown>
  readonly groups: () => Promise<readonly string[]>
}

/** What every client behind the Kafka port is held to, the one in memory too. */
export type KafkaUnderTest = {
  readonly useTopic: (config?: Record<string, string>) => Promise<TopicUnderTest>
  readonly useClient: () => KafkaClient
}

export function kafkaClientContract(name: string, { useTopic, useClient }: KafkaUnderTest): void {
  describe(`the Kafka port on ${name}`, () => {
    it('tells how many partitions a topic has and how long it keeps what', async () => {
      const { topic } = await useTopic({ 'retention.ms': String(3 * day), 'segment.ms': String(day) })
      const forever = await useTopic({ 'retention.ms': '-1' })
      const client = useClient()
      expect(await client.topic(topic)).toEqual({ partitions: 2, retentionMs: 3 * day, segmentMs: day })
      expect((await client.topic(forever.topic)).retentionMs).toBe(Infinity)
    })

    it('hands over keys, values and headers byte for byte, in the order of each partition', async () => {
      const { topic, send } = await useTopic()
      const headers = { message_id: 'é1', empty: '' }
      await send(0, [
        { key: Buffer.from([255, 0]), value: Buffer.from([0, 254]), headers },
        { key: null, value: null }
      ])
      await send(0, numbered(1, 50))
      const member = await useMember(useClient(), topic)
      await eventually(() => expect(member.records).toHaveLength(52))
      expect(member.records[0]).toMatchObject({ topic, partition: 0, offset: 0n, headers })
      expect(member.records[0]?.key).toEqual(Buffer.from([255, 0]))
      expect(member.records[0]?.value).toEqual(Buffer.from([0, 254]))
      expect(Math.abs((member.records[0]?.timestamp ?? 0) - Date.now())).toBeLessThan(60_000)
      expect(member.records[1]).toMatchObject({ key: null, value: null, headers: {} })
      expect(member.records.map(({ offset }) => offset)).toEqual(
        Array.from({ length: 52 }, (_unused, at) => BigInt(at))
      )
    })

    it('commits only what it is told to commit', async () => {
      const { topic, send } = await useTopic()
      await send(1, numbered(1, 10))
      const client = useClient()
      const group = uniqueName('group')
      const first = await useMember(client, topic, { group })
      await eventually(() => expect(first.records).toHaveLength(10))
      expect(await client.committed(group, topic)).toEqual(new Map())
      await first.commit([{ topic, partition: 1, offset: 4n }])
      expect(await client.committed(group, topic)).toEqual(new Map([[1, 4n]]))
      await first.leave()
      const second = await useMember(client, topic, { group })
      await eventually(() => expect(second.records.map(({ offset }) => offset)).toEqual([4n, 5n, 6n, 7n, 8n, 9n]))
    })

    it('shares the partitions among the members, and gives all to the last, from what was committed', async () => {
      const { topic, send } = await useTopic()
      const group = uniqueName('group')
      const first = await useMember(useClient(), topic, { group })
      expect(first.assigned).toEqual([0, 1])
      await send(0, numbered(1, 3))
      await send(1, numbered(1, 3))
      await eventually(() => expect(first.records).toHaveLength(6))
      await first.commit([{ topic, partition: 0, offset: 2n }])
      const second = await useMember(useClient(), topic, { group })
      await eventually(() => expect(new Set([...first.assigned, ...second.assigned])).toEqual(new Set([0, 1])))
      expect(first.rearranged).toBeGreaterThan(0)
      // Uncommitted records come again, to the partition's new owner: first's own place does not outlive its share.
      await eventually(() => expect(placesOf(first, second)).toEqual(['0:2', '1:0', '1:1', '1:2']))
      await second.leave()
      await eventually(() => expect(first.assigned).toEqual([0, 1]))
      await eventually(() => expect(placesOf(first)).toEqual(['0:2', '1:0', '1:1', '1:2']))
    })

    it('reads several topics, and shares the partitions of each among the members', async () => {
      const [one, other] = await Promise.all([useTopic(), useTopic()])
      const [group, topics] = [uniqueName('group'), [one.topic, other.topic]]
      const all = topics.flatMap(topic => [`${topic}:0`, `${topic}:1`]).toSorted()
      const first = await useMember(useClient(), topics, { group })
      await eventually(() => expect(first.places).toEqual(all))
      for (const { send } of [one, other]) for (const partition of [0, 1]) await send(partition, numbered(1, 2))
      await eventually(() => expect(first.records).toHaveLength(8))
      const read = first.records.map(({ topic, partition, offset }) => `${topic}:${partition}:${offset}`)
      expect(read.toSorted()).toEqual(all.flatMap(place => [`${place}:0`, `${place}:1`]))
      await first.commit([
        { topic: one.topic, partition: 0, offset: 1n },
        { topic: other.topic, partition: 0, offset: 2n }
      ])
      const client = useClient()
      const second = await useMember(client, topics, { group })
      await eventually(() => expect([...first.places, ...second.places].toSorted()).toEqual(all))
      await eventually(() => expect([...first.records, ...second.records]).toHaveLength(5))
      await second.leave()
      await eventually(() => expect(first.places).toEqual(all))
      expect(await client.committed(group, one.topic)).toEqual(new Map([[0, 1n]]))
      expect(await client.committed(group, other.topic)).toEqual(new Map([[0, 2n]]))
    })

    it('shows which topics and partitions the members of a group have', async () => {
      const { topic } = await useTopic()
      const client = useClient()
      const group = uniqueName('group')
      expect((await client.members(group)) ?? []).toEqual([])
      await useMember(client, topic, { group })
      const members = async () =>
        (await client.members(group))?.map(({ topics, partitions }) => ({ topics, partitions: partitions(topic) }))
      await eventually(async () => expect(await members()).toEqual([{ topics: [topic], partitions: [0, 1] }]))
    })

    it('reads a window once, beside the live group, and leaves no group behind', async () => {
      const { topic, send, groups } = await useTopic()
      await send(0, numbered(1, 3_000))
      await send(1, numbered(1, 5))
      const client = useClient()
      const read: KafkaRecord[] = []
      await client.read({
        topic,
        window: new Map([
          [0, { from: 10n, to: 2_990n }],
          [1, { from: 5n, to: 5n }]
        ]),
        onRecords: async (_partition, records) => void read.push(...records)
      })
      expect(read.map(({ offset }) => offset)).toEqual(Array.from({ length: 2_980 }, (_unused, at) => BigInt(at + 10)))
      expect((await groups()).filter(id => id.includes(topic))).toEqual([])
    })

    it('hands on what fails while a window is read', async () => {
      const { topic, send, groups } = await useTopic()
      await send(0, numbered(1, 3))
      const window = new Map([[0, { from: 0n, to: 3n }]])
      const onRecords = () => Promise.reject(new Error('mine'))
      await expect(useClient().read({ topic, window, onRecords })).rejects.toThrow(/mine/)
      expect((await groups()).filter(id => id.includes(topic))).toEqual([])
    })

    it('knows the watermarks and finds offsets by time', async () => {
      const { topic, send } = await useTopic()
      await send(0, [
        { value: 'a', timestamp: '1000000000000' },
        { value: 'b', timestamp: '1000000005000' }
      ])
      const client = useClient()
      expect(await client.watermarks(topic)).toEqual(
        new Map([
          [0, { low: 0n, high: 2n }],
          [1, { low: 0n, high: 0n }]
        ])
      )
      expect(await client.offsetsAt(topic, 1_000_000_001_000)).toEqual(
        new Map([
          [0, 1n],
          [1, 0n]
        ])
      )
      expect(await client.offsetsAt(topic, 1_000_000_009_000)).toEqual(
        new Map([
          [0, 2n],
          [1, 0n]
        ])
      )
    })
  })
}

export const sessionTimeoutMs = 6_000

type Recorder = { readonly records: readonly KafkaRecord[] }

function placesOf(...members: readonly Recorder[]): string[] {
  return members.flatMap(({ records }) => records.map(({ partition, offset }) => `${partition}:${offset}`)).sort()
}

type MemberOptions = { group?: string; room?: (partition: number) => Promise<void> | undefined }

/** A member that keeps what it gets for its present assignment. */
export async function useMember(
  client: KafkaClient,
  topic: string | readonly string[],
  { group = uniqueName('group'), room }: MemberOptions = {}
) {
  const topics = typeof topic === 'string' ? [topic] : topic
  const state = {
    records: [] as KafkaRecord[],
    assigned: [] as readonly number[],
    places: [] as readonly string[],
    rearranged: 0,
    assignments: 0
  }
  const member = await client.join({
    group,
    topics,
    sessionTimeoutMs,
    onAssigned(partitions) {
      const assigned = partitions.map(({ partition }) => partition)
      const places = partitions.map(each => `${each.topic}:${each.partition}`).toSorted()
      Object.assign(state, { records: [], assigned, places, assignments: state.assignments + 1 })
    },
    onRebalancing: async () => void state.rearranged++,
    async onRecords({ partition }, records) {
      state.records.push(...records)
      await room?.(partition)
    },
    onFailure: () => undefined
  })
  onTestFinished(() => member.leave())
  await eventually(() => expect(state.assignments).toBeGreaterThan(0))
  return Object.assign(state, member)
}

export type Numbered = {
  key?: Buffer | null
  value: string | Buffer | null
  headers?: Record<string, string>
  timestamp?: string
}

export function numbered(from: number, count: number): Numbered[] {
  return Array.from({ length: count }, (_, index) => ({ value: String(from + index) }))
}
