import { setTimeout as sleep } from 'node:timers/promises'
import type { Producer } from 'kafkajs'
import type { Knex } from 'knex'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { uniqueName } from '@outbox-cdc/test-support/use-stack'
import {
  type ConsumedEvent,
  handle,
  handleBatch,
  listParked,
  type OutboundEvent,
  requestRetry
} from '../../src/index.ts'
import { disorderOf, type Effect } from '../consumer-bench.ts'
import { counted, Refused } from '../counted.ts'
import { createMortalMember } from './mortal-member.ts'
import type { Schedule, Step } from './schedule.ts'
import { wireMessage } from '../wire-message.ts'

export type World = {
  readonly db: Knex
  readonly root: Knex
  readonly database: Knex.MySql2ConnectionConfig
  readonly brokers: readonly string[]
  readonly producer: Producer
  readonly createTopic: (topic: string) => Promise<void>
}

type Member = ReturnType<typeof createMortalMember>
type Counted = ConsumedEvent<string, { n: number }>

/** Lets a schedule happen to real engines, waits until all is settled, and answers what is wrong with the effects. */
export async function runSchedule(world: World, schedule: Schedule): Promise<readonly string[]> {
  const run = await createRun(world, schedule)
  try {
    for (const step of schedule.steps) {
      await run.take(step)
      if (step.pauseMs > 0) await sleep(step.pauseMs)
    }
    return await run.finish()
  } finally {
    await run.stop()
  }
}

async function createRun(world: World, { client, keys, lanes, batchSize, batchHandler }: Schedule) {
  const name = uniqueName('run')
  await world.createTopic(name)
  const sent: OutboundEvent[] = []
  const counts = Array.from({ length: keys }, () => 0)
  const refused = new Set<string>()
  const failing = { calls: 0, passing: true }
  let members: Member[] = []
  let zombies = 0

  async function apply(events: readonly Counted[], trx: Knex.Transaction): Promise<void> {
    for (const {
      aggregateId,
      payload: { n }
    } of events) {
      await trx('effect').insert({ run: name, event_key: aggregateId, n })
      if (refused.has(`${aggregateId}:${n}`)) throw new Refused('refused for now')
    }
    if (failing.calls > 0) {
      failing.calls--
      throw Object.assign(new Error('after the write'), failing.passing ? { retryable: true } : {})
    }
  }

  async function join(group = name): Promise<void> {
    const on = {
      counted: batchHandler ? handleBatch(counted, apply) : handle(counted, (event, trx) => apply([event], trx))
    }
    const times = { retry: { firstDelayMs: 5, maxDelayMs: 50, attempts: 2 }, retryParkedEveryMs: 30, commitEveryMs: 3 }
    const member = createMortalMember({
      ...world,
      client,
      topics: { [name]: on },
      group,
      name,
      lanes,
      batchSize,
      ...times
    })
    members.push(member)
    // Not awaited: the next step may come while this one is still joining.
    void member.start()
  }

  async function produce(count: number): Promise<void> {
    const fresh = Array.from({ length: count }, (_, index) => {
      const key = ((sent.length * 7 + index * 3) % keys) + 1
      const n = (counts[key - 1] = (counts[key - 1] ?? 0) + 1)
      return counted({ aggregateId: key, aggregateVersion: n, payload: { n } })
    })
    sent.push(...fresh)
    await send(fresh)
  }

  async function send(events: readonly OutboundEvent[]): Promise<void> {
    await world.producer.send({ topic: name, messages: events.map(event => wireMessage(event)) })
  }

  async function heal(): Promise<void> {
    refused.clear()
    for (const { consumer, key } of await listParked(world.db, name)) await requestRetry(world.db, { consumer, key })
  }

  const take = async (step: Step): Promise<void> => {
    const [victim] = members
    if (step.kind === 'produce') await produce(step.events)
    else if (step.kind === 'redeliver' && sent.length > 0) await send(sent.slice(-step.records))
    else if (step.kind === 'join') await join()
    else if (step.kind === 'zombie') await join(`${name}-${++zombies}`)
    else if (step.kind === 'cut') await victim?.cut()
    else if (step.kind === 'rollback') Object.assign(failing, step)
    else if (step.kind === 'refuse') refused.add(`${step.key}:${(counts[step.key - 1] ?? 0) + 1}`)
    else if (step.kind === 'heal') await heal()
    else if (victim !== undefined) {
      members = members.filter(member => member !== victim)
      await (step.kind === 'crash' ? victim.crash() : victim.stop())
    }
  }

  return {
    take,
    async finish(): Promise<readonly string[]> {
      await produce(keys)
      await join()
      failing.calls = 0
      const total = sent.length
      const effects = (): Promise<Effect[]> => world.db('effect').where({ run: name }).orderBy('seq')
      await eventually(
        async () => {
          await heal()
          const found = (await effects()).length
          if (found < total) throw new Error(`${total - found} of ${total} events have no effect`)
        },
        { everyMs: 100 }
      )
      const found = await effects()
      return [...disorderOf(found), ...(found.length > total ? [`${found.length} effects of ${total} events`] : [])]
    },
    stop: () => Promise.all(members.map(member => member.stop()))
  }
}
