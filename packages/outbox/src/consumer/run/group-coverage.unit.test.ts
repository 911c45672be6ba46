import { expect, it } from 'vitest'
import { silent } from '../../../test/counted.ts'
import type { GroupMember } from '../../kafka/kafka-client.ts'
import { createMemoryKafka, createMemoryTopic } from '../../testing/index.ts'
import { createGroupCoverage } from './group-coverage.ts'

const member = (topic: string, partitions: readonly number[], topics = [topic]): GroupMember => ({
  topics,
  partitions: name => (name === topic ? partitions : [])
})

/** The coverage of topic t in a group with these members. */
function coverageOf(members: () => readonly GroupMember[] | undefined) {
  const errors: string[] = []
  const stalls: string[] = []
  const logger = { ...silent, error: (_fields: object, message: string) => void errors.push(message) }
  const kafka = { ...createMemoryKafka(createMemoryTopic({ name: 't' })), members: async () => members() }
  const liveness = { stallAfterMs: 0, onStalled: (reason: string) => void stalls.push(reason) }
  const coverage = createGroupCoverage({ kafka, topics: ['t'], group: 'g', logger, liveness })
  return {
    check: () => coverage.check(new Map([['t', [0, 1, 2]]]), [{ topic: 't', partition: 0 }]),
    reason: () => coverage.reason(),
    errors,
    stalls
  }
}

it('reports partitions that stay without a reader, once, and no more when they have one', async () => {
  let members: readonly GroupMember[] | undefined = [member('t', [0]), member('t', [1])]
  const { check, reason, errors, stalls } = coverageOf(() => members)
  await check()
  expect(reason()).toBeUndefined()
  for (let time = 0; time < 3; time++) await check()
  const unread = 'No member of group g reads partition 2 of t: restart a member of the group'
  expect({ reason: reason(), errors, stalls }).toEqual({ reason: unread, errors: [unread], stalls: [unread] })
  members = undefined
  await check()
  expect(reason()).toBe(unread)
  members = [member('t', [0]), member('t', [1, 2])]
  await check()
  expect(reason()).toBeUndefined()
})

it('does not count partitions that were given to a member of another topic', async () => {
  const { check, reason } = coverageOf(() => [member('t', [0, 1]), member('t', [2], ['other'])])
  await check()
  await check()
  expect(reason()).toBe(
    'No member of group g reads partition 2 of t: the group also reads other: give all members of a group the same topics'
  )
})
