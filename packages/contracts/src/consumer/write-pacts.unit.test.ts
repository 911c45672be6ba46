import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineEvent, handle } from '@outbox-cdc/outbox'
import { readRecord } from '@outbox-cdc/outbox/testing'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { recordOf } from '../message.ts'
import { type PactFile, readPactFiles } from '../pact-file.ts'
import { allSystems, edgesOf } from '../participants.ts'
import { expectedMessages } from './expected-messages.ts'
import { writeMessages } from './write-messages.ts'
import { requireAll, writePacts } from './write-pacts.ts'

async function tempDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'pacts-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

describe('the contracts of our systems', () => {
  let files: readonly PactFile[] = []
  beforeAll(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'pacts-'))
    await writeFile(join(dir, 'stale.json'), '{}')
    files = await writePacts({ systems: await allSystems(), dir })
    return () => rm(dir, { recursive: true, force: true })
  })

  it('are one file for each pair that an edge joins, and no other', async () => {
    const edges = edgesOf(await allSystems())
    const pairs = new Set(edges.map(({ consumer, provider }) => `${consumer.name} ${provider.name}`))
    expect(new Set(files.map(({ consumer, provider }) => `${consumer} ${provider}`))).toEqual(pairs)
    for (const { interactions } of files) expect(interactions.length).toBeGreaterThan(0)
  })

  it('state an event by its topic, key, headers and the fields that the reader reads', () => {
    const file = files.find(({ consumer }) => consumer === 'delivery-service')
    expect(file?.interactions).toMatchObject([
      {
        description: 'order_created',
        providerStates: [{ name: 'order_created was published' }],
        contents: { content: { event: 'order_created', event_id: 1, payload: { name: 'text', quantity: 1 } } },
        metadata: {
          topic: 'orders_server.orders.outbox',
          key: '{"event_id":1}',
          aggregate: 'order',
          schema_version: '1',
          message_id: expect.any(String)
        }
      }
    ])
  })

  it('have one interaction for each event that a service handles, and one for each topic that it follows', () => {
    const between = (consumer: string, provider: string) =>
      files
        .find(
          file => file.consumer === `flower-delivery.${consumer}` && file.provider === `flower-delivery.${provider}`
        )
        ?.interactions.filter(({ type }) => type === 'Asynchronous/Messages')
        .map(({ description }) => description)
        .toSorted()
    expect(between('order', 'item')).toEqual(['item_out_of_stock', 'item_registered', 'stock_changed'])
    expect(between('gateway', 'item')).toEqual(['any event of flower.item', 'any event of flower.stock'])
    expect(between('payment', 'order')).toEqual(['order_cancel_requested', 'order_cancelled'])
  })
})

const pair = { consumer: 'reader', provider: 'writer' }

const messageNamed = (name: string) => {
  const definition = defineEvent({ name, aggregate: 'thing', version: 2, payload: z.object({ n: z.int() }) })
  const contract = { reads: { things: { [name]: handle(definition, async () => {}) } } }
  const [message] = expectedMessages(edgeOn('things'), contract)
  if (message === undefined) throw new Error('A handler gives a message')
  return message
}

const edgeOn = (topic: string) =>
  ({ consumer: { name: 'reader' }, topics: [topic] }) as unknown as Parameters<typeof expectedMessages>[0]

it('loses none of 200 interactions that are written at the same time', async () => {
  const dir = await tempDir()
  const names = Array.from({ length: 200 }, (_, index) => `counted_${index}`)
  await Promise.all(names.map(name => writeMessages({ ...pair, dir }, [messageNamed(name)])))
  const [file] = await readPactFiles(dir)
  expect(file?.interactions.map(({ description }) => description).toSorted()).toEqual(names.toSorted())
})

it('refuses a file that lacks an interaction', async () => {
  const dir = await tempDir()
  // The second replaces the first, because they have one description.
  const count = await writeMessages({ ...pair, dir }, [messageNamed('counted'), messageNamed('counted')])
  const files = await readPactFiles(dir)
  expect(() => requireAll(new Map([['reader and writer', count]]), files)).toThrow(
    'The contract of reader and writer has 1 of its 2 interactions'
  )
  expect(() => requireAll(new Map([['a and b', 1]]), files)).toThrow('The contract of a and b has 0 of its 1')
})

it('writes no interaction that the reader cannot read itself', async () => {
  const dir = await tempDir()
  const { read, ...message } = messageNamed('counted')
  const reading = { things: {} }
  const unread = { ...message, read: (one: Parameters<typeof read>[0]) => readRecord(reading, recordOf(one)) }
  await expect(writeMessages({ ...pair, dir }, [unread])).rejects.toThrow(
    'reader cannot read what it expects of writer as counted: There is no handler for counted'
  )
  expect(await readPactFiles(dir)).toEqual([])
})

it('needs a handler for each topic that a service reads', () => {
  expect(() => expectedMessages(edgeOn('things'), {})).toThrow('reader reads things, and its contract has no handler')
})
