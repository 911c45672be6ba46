import { notFound, Problem } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { describedGroup, listedGroup } from '../api/kafka-schemas.ts'
import { describeGroup, listGroups } from '../kafka/describe-groups.ts'
import type { KafkaAccess } from '../kafka/kafka-clients.ts'
import { get, post, type Route } from './route.ts'

const named = z.object({ group: z.string().min(1).max(249) })

const reset = named.extend({
  topic: z.string().regex(/^[\w.-]{1,249}$/),
  to: z.enum(['earliest', 'latest', 'time']),
  time: z.number().optional().meta({ description: 'Milliseconds since 1970, with to=time' }),
  confirm: z.string().meta({ description: "The group's name, typed" })
})

export function groupRoutes({ admin, reader }: KafkaAccess): readonly Route[] {
  return [
    get('/api/groups', 'Consumer groups with members and lag, those that lag most first', {
      answer: z.object({ items: z.array(listedGroup) }),
      handle: async () => ({ items: await listGroups(admin) })
    }),
    get('/api/groups/{group}', 'One group: members with their partitions, lag of each partition', {
      input: named,
      answer: describedGroup,
      handle: ({ group }) => found(group)
    }),
    post('/api/groups/{group}/reset', 'Move a group that has no members to another place in a topic', {
      input: reset,
      answer: z.object({ moved: z.record(z.string(), z.number()) }),
      async handle({ group, topic, to, time, confirm }) {
        if (confirm !== group) throw notPossible(400, `confirm must be the group's name, ${group}`)
        if (to === 'time' && time === undefined) throw notPossible(400, 'to=time needs time')
        if (!(await found(group)).canReset)
          throw notPossible(409, `The group ${group} has members: stop them first, or they would overwrite the offsets`)
        const offsets = await reader.offsets(topic, to === 'time' ? new Date(time ?? 0) : to)
        const partitionOffsets = [...offsets].map(([partition, offset]) => ({ partition, offset: BigInt(offset) }))
        await admin.alterConsumerGroupOffsets({ groupId: group, topics: [{ name: topic, partitionOffsets }] })
        return { moved: Object.fromEntries(offsets) }
      }
    })
  ]

  async function found(group: string) {
    const described = await describeGroup(admin, group)
    if (described === undefined) throw notFound(`There is no group ${group}`)
    return described
  }
}

function notPossible(status: number, detail: string): Problem {
  return new Problem(status, { type: status === 409 ? 'conflict' : 'invalid-request', title: 'Not possible', detail })
}
