import { notFound, Problem } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { describedGroup, listedGroup } from '../api/kafka-schemas.ts'
import { describeGroup, listGroups } from '../kafka/describe-groups.ts'
import type { KafkaAccess } from '../kafka/kafka-clients.ts'
import { topicInput, latestTime } from '../kafka/topic-inputs.ts'
import { get, post, type Route } from './route.ts'

const named = z.object({ group: z.string().min(1).max(249) })

const reset = named.extend({
  topic: topicInput.shape.topic,
  to: z.enum(['earliest', 'latest', 'time']),
  time: z.int().min(0).max(latestTime).optional().meta({ description: 'Milliseconds since 1970, with to=time' }),
  confirm: z.string().meta({ description: "The group's name, typed" })
})

export function groupRoutes(kafka: KafkaAccess): readonly Route[] {
  return [
    get('/api/groups', 'Groups of every type with members and lag, those that lag most first', {
      answer: z.object({ items: z.array(listedGroup) }),
      handle: async () => ({ items: await listGroups(kafka) })
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
        if (confirm !== group) throw notPossible(`confirm must be the group's name, ${group}`)
        if (to === 'time' && time === undefined) throw notPossible('to=time needs time')
        const { canReset, members, type } = await found(group)
        if (!canReset && members?.length)
          throw notPossible(`The group ${group} has members: stop them first, or they would overwrite the offsets`)
        if (!canReset) throw notPossible(`${group} is a ${type} group: the console can't move it`)
        const offsets = await kafka.reader.offsets(topic, to === 'time' ? new Date(time ?? 0) : to)
        const partitionOffsets = [...offsets].map(([partition, offset]) => ({ partition, offset: BigInt(offset) }))
        await kafka.admin.alterConsumerGroupOffsets({ groupId: group, topics: [{ name: topic, partitionOffsets }] })
        return { moved: Object.fromEntries(offsets) }
      }
    })
  ]

  async function found(group: string) {
    const described = await describeGroup(kafka, group)
    if (described === undefined) throw notFound(`There is no group ${group}`)
    return described
  }
}

function notPossible(detail: string): Problem {
  return new Problem(409, { type: 'not-possible', title: 'Not possible', detail })
}
