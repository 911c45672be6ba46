import type { Admin, Consumer } from '@platformatic/kafka'
import { expect, it } from 'vitest'
import { createRecordReader } from './record-reader.ts'

it('starts before a record that comes while it asks from which offset on records are that new', async () => {
  let end = 0
  const admin = {
    metadata: async () => ({ topics: new Map([['t', { id: 'id', partitions: [{ leader: 1 }] }]]) }),
    listOffsets: async ({ topics }: { topics: readonly { partitions: readonly { timestamp: bigint }[] }[] }) => {
      const { timestamp } = topics[0]!.partitions[0]!
      const offset = timestamp === -1n ? end : -1
      end++
      return [{ partitions: [{ partitionIndex: 0, offset: BigInt(offset) }] }]
    }
  }
  const reader = createRecordReader({
    admin: admin as unknown as Admin,
    consumer: {} as Consumer,
    decode: async records => records as never,
    ask: async (_, question) => question()
  })
  expect(await reader.offsets('t', new Date())).toEqual(new Map([[0, 0]]))
})
