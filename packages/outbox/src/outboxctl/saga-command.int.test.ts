import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { useStack } from '@outbox-cdc/test-support/use-stack'
import { useConsumerBench } from '../../test/consumer-bench.ts'
import { outboxctl, useSagaMap } from '../../test/run-outboxctl.ts'
import { wireMessage } from '../../test/wire-message.ts'
import { defineEvent, type OutboundEvent } from '../index.ts'
import { expectAfter, type SagaMap } from '../saga/index.ts'

const event = (name: string, aggregate: string) =>
  defineEvent({ name, aggregate, aggregateId: 'string', version: 1, payload: z.object({}) })
const created = event('order_created', 'order')
const approved = event('order_approved', 'order')
const cancelled = event('order_cancelled', 'order')
const reserved = event('credit_reserved', 'reservation')

type Definition = typeof created
type Cause = { readonly correlationId: string; readonly causedBy?: OutboundEvent }

/** An event about `A-7`. */
function made(definition: Definition, { correlationId, causedBy }: Cause): OutboundEvent {
  return definition({ aggregateId: 'A-7', correlationId, causationId: causedBy?.messageId, payload: {} })
}

/** Topics of two services that answer each other within no time at all, and the map of them. */
async function useTwoServices() {
  const orders = await useConsumerBench({ partitions: 2 })
  const customers = await useConsumerBench({ partitions: 2 })
  const map: SagaMap = {
    services: { [orders.topic]: 'order-service', [customers.topic]: 'customer-service' },
    expectations: [
      expectAfter(created, { oneOf: ['credit_reserved', 'limit_exceeded'], from: 'customer-service', withinMs: 1 }),
      expectAfter(reserved, { oneOf: ['order_approved'], from: 'order-service', withinMs: 600_000 })
    ]
  }
  const environment = { KAFKA_BROKERS: useStack().kafka.brokers.join(), SAGA_MAP: await useSagaMap(map) }
  const saga = (...args: string[]) => outboxctl(['saga', ...args], environment)
  return { orders, customers, saga }
}

it('shows the steps of a saga across services, found by its correlation id or by the aggregate', async () => {
  const { orders, customers, saga } = await useTwoServices()
  const [correlationId, cancellation] = [randomUUID(), randomUUID()]
  const question = made(created, { correlationId })
  const answer = made(reserved, { correlationId, causedBy: question })
  await orders.produce([question, made(approved, { correlationId, causedBy: answer })])
  await customers.produce([answer, answer])
  await orders.produce([made(cancelled, { correlationId: cancellation })])

  const one = await saga(correlationId)
  expect(one).toMatchObject({ code: 0, notes: '' })
  expect(one.out.split('\n').map(line => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
    'MS | order-service | customer-service | AT | AGGREGATE | PLACE',
    expect.stringMatching(/^ \| order_created \| 20\S+Z \| order A-7 \| \S+ \d@0$/),
    expect.stringMatching(/^\+\d+\.\d \| credit_reserved \| 20\S+Z \| reservation A-7 \| \S+ \d@0 ×2$/),
    expect.stringMatching(/^[+-]\d+\.\d \| order_approved \| 20\S+Z \| order A-7 \| \S+ \d@1$/),
    expect.stringMatching(`^SETTLED · correlation id ${correlationId} · 3 steps in \\d+\\.\\d ms$`)
  ])

  for (const args of [['order:A-7'], ['A-7', '--aggregate', 'order']]) {
    const all = await saga(...args)
    expect(all.code).toBe(0)
    expect(all.out).toMatch(/1 .*order_created[^]*1 .*credit_reserved[^]*1 .*order_approved[^]*2 .*order_cancelled/)
    expect(all.out).toMatch(`1  SETTLED · correlation id ${correlationId}`)
    expect(all.out).toMatch(`2  SETTLED · correlation id ${cancellation}`)
  }
  const { sagas } = JSON.parse((await saga('order:A-7', '--json')).out)
  expect(sagas).toMatchObject([
    {
      correlationId,
      state: 'SETTLED',
      steps: [{ event: 'order_created' }, { copies: 2 }, { event: 'order_approved' }]
    },
    { correlationId: cancellation, steps: [{ event: 'order_cancelled', service: 'order-service' }] }
  ])
})

it('names the event that is missing and the service that should have sent it, until it is there', async () => {
  const { orders, customers, saga } = await useTwoServices()
  const correlationId = randomUUID()
  const question = made(created, { correlationId })
  await orders.produce([question])
  const stuck = await eventually(async () => {
    const answer = await saga('order:A-7')
    expect(answer).toMatchObject({ code: 1, notes: '✗ 1 event missing' })
    return answer
  })
  expect(stuck.out).toMatch(/^ {2,}✗ missing$/m)
  expect(stuck.out).toMatch(
    /✗ customer-service has not sent credit_reserved or limit_exceeded for \d+ s after order_created of order A-7$/
  )
  const json = await saga(correlationId, '--json')
  expect(json).toMatchObject({ code: 1, notes: '' })
  expect(JSON.parse(json.out)).toMatchObject({ ok: false, sagas: [{ state: 'STUCK' }] })

  await customers.produce([made(reserved, { correlationId, causedBy: question })])
  const waiting = await saga('order:A-7')
  expect(waiting).toMatchObject({ code: 0, notes: '' })
  expect(waiting.out).toContain(
    '… order_approved of order-service after credit_reserved of reservation A-7 is expected'
  )
})

describe('a question that cannot be answered', () => {
  let saga: Awaited<ReturnType<typeof useTwoServices>>['saga']
  beforeAll(async () => {
    saga = async (...args) => outboxctl(['saga', ...args], {})
  })

  it('names what is missing', async () => {
    expect(await saga('7')).toMatchObject({ code: 2, notes: '✗ Which brokers? Name them with --brokers' })
    expect((await saga('7', '--brokers', 'x:1')).notes).toBe('✗ Which saga map? Name its file with --map')
    expect((await saga('7', '--brokers', 'x:1', '--map', '/nowhere')).notes).toMatch(
      "✗ Can't read the saga map: ENOENT"
    )
    expect((await saga('7', '--brokers', 'x:1', '--map', '/x', '--since', 'noon')).notes).toMatch('✗ Not a time')
  })

  it('says where it looked, and how many records it could not read', async () => {
    const two = await useTwoServices()
    await two.orders.send([{ key: 'x', value: 'no event' }, wireMessage(made(created, { correlationId: 'c' }))])
    expect(await two.saga('order:8')).toMatchObject({
      code: 2,
      notes: expect.stringMatching(/^✗ No event of order:8 since 20.* in \S+, \S+, where 1 record can't be read\. Read/)
    })
    await eventually(async () =>
      expect(await two.saga('c')).toMatchObject({
        code: 1,
        notes: expect.stringContaining("1 record can't be read; what is missing may be among them.")
      })
    )
  })
})
