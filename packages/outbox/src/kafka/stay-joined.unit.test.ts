import { expect, it } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import type { Membership } from './kafka-client.ts'
import { stayJoined } from './stay-joined.ts'

/** Joins with a client whose first members crash before they have joined. */
async function useClient(crashes: number) {
  const failures: string[] = []
  const left: number[] = []
  let joined = 0
  const membership = {
    onAssigned: () => undefined,
    onFailure: (error: Error) => void failures.push(error.message)
  } as unknown as Membership
  const member = await stayJoined<number>(membership, {
    async join(onCrash) {
      joined++
      if (joined <= crashes) onCrash(new Error(`crash ${joined}`))
      return joined
    },
    commit: () => Promise.resolve(),
    leave: async each => void left.push(each)
  })
  return { member, failures, left, joined: () => joined }
}

it('joins again after a client that crashes before it has joined', async () => {
  const client = await useClient(2)
  await eventually(() => expect(client.joined()).toBe(3))
  expect(client.failures).toEqual(['crash 1', 'crash 2'])
  await client.member.leave()
  expect(client.left).toEqual([3])
})
