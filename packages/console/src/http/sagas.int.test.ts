import { randomUUID } from 'node:crypto'
import { Admin } from '@platformatic/kafka'
import { expect, it, onTestFinished } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { uniqueName, useStack } from '@outbox-cdc/test-support/use-stack'
import type { SagaList, ShownSaga } from '../api/saga-schemas.ts'
import { ask, createTopic, startConsole, writeSagaMap } from '../testing/console-bench.ts'
import { produceOutbox } from '../testing/produce-outbox.ts'

const hour = 3_600_000

/** A console that knows two topics: what `shop` asks, `bank` must answer within a tenth of a second. */
async function useSagas() {
  const { kafka } = useStack()
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [...kafka.brokers] })
  onTestFinished(() => admin.close())
  const [asks, answers] = [uniqueName('sagas.asks'), uniqueName('sagas.answers')]
  for (const topic of [asks, answers]) await createTopic(admin, topic)
  const expectations = [{ after: 'asked', oneOf: ['answered', 'refused'], from: 'bank', withinMs: 100 }]
  const file = await writeSagaMap({ services: { [asks]: 'shop', [answers]: 'bank' }, expectations })
  const url = await startConsole({ KAFKA_BROKERS: kafka.brokers.join(), SAGA_MAP: file }, [{ topic: asks, group: 'b' }])
  type Sent = {
    event: string
    saga: string
    actor?: string
    cause?: string
    at?: number
    id?: number
    messageId?: string
  }
  const send = async (topic: string, { event, saga, cause, actor, at, id = 7, messageId = randomUUID() }: Sent) => {
    const headers = {
      message_id: messageId,
      correlation_id: saga,
      ...(cause && { causation_id: cause }),
      ...(actor && { actor })
    }
    await produceOutbox(kafka.brokers, topic, [{ eventId: id, event, headers, ...(at && { at }) }])
    return messageId
  }
  const json = async <T>(path: string) => (await ask(`${url}${path}`, {})).body as T
  const saga = async (id: string) => json<ShownSaga>(`/api/sagas/${id}`)
  return { admin, asks, answers, url, send, saga, list: () => json<SagaList>('/api/sagas'), json }
}

it('calls a saga stuck when its answer is overdue, until the answer comes, and links each event to its record', async () => {
  const bench = await useSagas()
  const id = randomUUID()
  const cause = await bench.send(bench.asks, { event: 'asked', saga: id, actor: 'customer' })
  await eventually(async () => {
    const { stuck, items } = await bench.list()
    expect(stuck).toMatchObject([{ correlationId: id, state: 'STUCK' }])
    expect(stuck[0]?.missing[0]).toMatch(/^bank has not sent answered or refused for \d+ s after asked of order 7$/)
    expect(items).toMatchObject([{ correlationId: id, stepCount: 1 }])
  })
  const metrics = await ask(`${bench.url}/metrics`, {})
  expect(metrics.text).toMatch(/^outbox_sagas_stuck 1$/m)
  expect(metrics.text).toContain('outbox_saga_expectations_overdue{event="asked",service="bank"} 1')

  const messageId = await bench.send(bench.answers, { event: 'refused', saga: id, cause })
  await bench.send(bench.answers, { event: 'refused', saga: id, cause, messageId })
  const settled = await eventually(async () => {
    const saga = await bench.saga(id)
    expect(saga).toMatchObject({ state: 'SETTLED', missing: [] })
    expect(saga.steps.map(({ event, service, copies, actor }) => [event, service, copies, actor])).toEqual([
      ['asked', 'shop', 1, 'customer'],
      ['refused', 'bank', 2, null]
    ])
    return saga
  })
  expect((await bench.list()).counts).toMatchObject({ stuck: 0, open: 0, sagas: 1 })
  expect(settled.expectations).toMatchObject([{ state: 'met', metBy: messageId, from: 'bank' }])
  const { topic, partition, offset } = settled.steps[0]!
  const page = await bench.json<{ items: object[] }>(
    `/api/topics/${topic}/records?before=${partition}:${offset + 1}&limit=1`
  )
  expect(page.items).toMatchObject([{ partition, offset, event: 'asked' }])
})

it('finds in the topics what is older than its start, by correlation id and by aggregate', async () => {
  const bench = await useSagas()
  const id = randomUUID()
  const at = Date.now() - 3 * hour
  const cause = await bench.send(bench.asks, { event: 'asked', saga: id, at, id: 8 })
  await bench.send(bench.answers, { event: 'answered', saga: id, cause, at: at + 20, id: 8 })
  await eventually(async () =>
    expect((await bench.list()).topics.every(({ readUpTo }) => readUpTo !== null)).toBe(true)
  )
  expect(await ask(`${bench.url}/api/sagas/${id}`, {})).toMatchObject({ status: 404 })
  const search = async (query: string) => {
    const { text } = await ask(`${bench.url}/api/saga-search?${query}`, {})
    return JSON.parse(/event: end\ndata: (.*)/.exec(text)?.[1] ?? '{}') as object
  }
  expect(await search(`correlationId=${id}`)).toMatchObject({
    why: 'all was searched',
    saga: { state: 'SETTLED', steps: [{ event: 'asked' }, { event: 'answered', sinceCauseMs: 20 }] }
  })
  expect(await search('aggregate=order&id=8')).toMatchObject({ items: [{ correlationId: id }] })
  expect(await search(`correlationId=${id}&before=${at - hour}`)).toMatchObject({ saga: null })
  expect(await ask(`${bench.url}/api/saga-search?aggregate=order`, {})).toMatchObject({ status: 400 })
})

it('goes on in a topic that was deleted and made again', async () => {
  const bench = await useSagas()
  const [before, after] = [randomUUID(), randomUUID()]
  await bench.send(bench.asks, { event: 'asked', saga: before })
  await eventually(async () => expect(await bench.saga(before)).toMatchObject({ state: 'STUCK' }))
  await bench.admin.deleteTopics({ topics: [bench.asks] })
  await eventually(async () => {
    const { topics } = await bench.list()
    expect(topics.find(({ topic }) => topic === bench.asks)?.failing?.reason).toMatch(/(unknown|no) topic/i)
  })
  await eventually(() => createTopic(bench.admin, bench.asks))
  await bench.send(bench.asks, { event: 'asked', saga: after })
  await eventually(async () => expect(await bench.saga(after)).toMatchObject({ stepCount: 1 }))
})

it('says without a map which setting it needs, and refuses a map that it cannot read', async () => {
  const { kafka } = useStack()
  const url = await startConsole({ KAFKA_BROKERS: kafka.brokers.join() })
  for (const path of [
    '/api/sagas',
    '/api/sagas/1',
    '/api/sagas/order/1',
    '/metrics',
    '/api/saga-search?correlationId=1'
  ])
    expect(await ask(`${url}${path}`, {})).toMatchObject({
      status: 501,
      body: { detail: expect.stringContaining('SAGA_MAP') }
    })
  const file = await writeSagaMap({ services: { a: 7 as never }, expectations: [] })
  await expect(startConsole({ SAGA_MAP: file })).rejects.toThrow(/SAGA_MAP is .*services\.a/)
})
