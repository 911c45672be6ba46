import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineEvent, type EventDefinition, type KafkaRecord } from '@outbox-cdc/outbox'
import { debeziumRecord } from '@outbox-cdc/outbox/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { writePacts } from '../consumer/write-pacts.ts'
import type { ServiceContract } from '../contract.ts'
import { allSystems, edgesOf, loadContract } from '../participants.ts'
import { verifyProvider } from './verify-provider.ts'

let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pacts-'))
  await writePacts({ systems: await allSystems(), dir })
  return () => rm(dir, { recursive: true, force: true })
})

const publishers = edgesOf(await allSystems()).flatMap(({ kind, provider }) => (kind === 'message' ? provider : []))

it.each([...new Map(publishers.map(provider => [provider.name, provider])).values()])(
  '$name publishes what its consumers read',
  async provider => {
    const { answers, ...contract } = await loadContract(provider)
    const verdict = await verifyProvider({
      system: provider.system.name,
      service: provider.service.name,
      contract,
      pacts: { dir },
      // With records, only messages are verified: what it answers needs a database.
      ...(answers !== undefined && { records: recordsOf(contract) })
    })
    expect(verdict).toEqual({ provider: provider.name, ok: true, failures: [] })
  }
)

function recordsOf({ publishes = {} }: ServiceContract) {
  return async (name: string, topic: string) => recordOf(publishes[topic]?.[name], topic)
}

function recordOf(event: EventDefinition | undefined, topic: string): KafkaRecord {
  if (event === undefined) throw new Error('There is no such event')
  const aggregateId = event.aggregateId === 'string' ? 'a-1' : 7
  const createdAt = new Date('2026-03-04T05:06:07.089Z')
  const record = debeziumRecord(event({ aggregateId, payload: event.example }), { id: 1, createdAt, topic })
  return { topic, partition: 0, offset: 0n, timestamp: 0, ...record }
}

describe('a change of order_created in order-service', () => {
  const order = { name: 'order_created', aggregate: 'order', version: 1 } as const
  const name = z.string()
  const topic = 'orders_server.orders.outbox'
  const verify = (event: EventDefinition, more: Partial<Parameters<typeof verifyProvider>[0]> = {}) =>
    verifyProvider({
      system: 'orders-and-deliveries',
      service: 'order-service',
      contract: { publishes: { [topic]: { [event.name]: event } } },
      pacts: { dir },
      ...more
    })
  const failure = { consumer: 'delivery-service', interaction: 'order_created' }

  it('is fine when it adds an optional field', async () => {
    const payload = z.object({ name, quantity: z.int(), note: z.string().optional() })
    const example = { name: 'joon', quantity: 95, note: 'at the back door' }
    expect(await verify(defineEvent({ ...order, payload, example }))).toMatchObject({ ok: true, failures: [] })
  })

  it('fails, and names consumer, provider and field, when it renames a field', async () => {
    const renamed = defineEvent({
      ...order,
      payload: z.object({ name, count: z.int() }),
      example: { name: 'joon', count: 95 }
    })
    const verdict = {
      provider: 'order-service',
      ok: false,
      failures: [{ ...failure, where: '$.payload.quantity', what: expect.stringContaining('quantity') }]
    }
    expect(await verify(renamed)).toEqual(verdict)
    expect(await verify(renamed, { records: async () => recordOf(renamed, topic) })).toEqual(verdict)
  })

  it('fails when a field gets another type', async () => {
    const text = defineEvent({
      ...order,
      payload: z.object({ name, quantity: z.string() }),
      example: { name: 'joon', quantity: '95' }
    })
    expect(await verify(text)).toMatchObject({ ok: false, failures: [{ ...failure, where: '$.payload.quantity' }] })
  })

  it('fails when its version is newer than its consumers know', async () => {
    const payload = z.object({ name, quantity: z.int() })
    const next = defineEvent({ ...order, version: 2, payload, example: { name: 'joon', quantity: 95 } })
    expect(await verify(next)).toMatchObject({ ok: false, failures: [{ ...failure, where: 'header schema_version' }] })
  })

  it('fails when its key is text', async () => {
    const payload = z.object({ name, quantity: z.int() })
    const named = defineEvent({ ...order, aggregateId: 'string', payload, example: { name: 'joon', quantity: 95 } })
    const { failures } = await verify(named)
    expect(failures.map(({ where }) => where).toSorted()).toEqual(['$.event_id', 'key'])
  })

  it('fails with the names of its events when it is gone', async () => {
    const other = defineEvent({ ...order, name: 'order_placed', payload: z.object({}), example: {} })
    const { failures } = await verify(other)
    expect(failures).toEqual([
      {
        ...failure,
        where: '',
        what: expect.stringMatching(/no state "order_created was published".*order_placed was published/)
      }
    ])
  })

  it('fails with the reason for which no consumer could read a real record', async () => {
    const payload = z.object({ name, quantity: z.int() })
    const event = defineEvent({ ...order, payload, example: { name: 'joon', quantity: 95 } })
    const records = async () => ({ ...recordOf(event, topic), headers: {} })
    const { failures } = await verify(event, { records })
    expect(failures).toEqual([
      { ...failure, where: '', what: expect.stringContaining('The header message_id is missing') }
    ])
  })

  it('asks for an example', async () => {
    const { failures } = await verify(defineEvent({ ...order, payload: z.object({ name, quantity: z.int() }) }))
    expect(failures).toEqual([{ ...failure, where: '', what: expect.stringContaining('needs an example') }])
  })
})

it('says so when there is no contract to verify', async () => {
  const nothing = verifyProvider({ system: 'shop', service: 'delivery', contract: {}, pacts: { dir } })
  await expect(nothing).rejects.toThrow(`There is no contract with shop.delivery in ${dir}.`)
})
