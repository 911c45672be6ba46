import { randomInt, randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { headers } from '../src/catalogue/event-channel.ts'
import {
  type AggregateId,
  type AggregateIdKind,
  defineEvent,
  type KafkaRecord,
  type Outbox,
  readEnvelope
} from '../src/index.ts'
import type { RecordShape } from './record-shapes.ts'

// Where the events come from Debezium, the connector adds these.
const onMysql = headers.row.filter(([, from]) => from === 'from the connector').map(([name]) => name)
const added = new Set<string>([...onMysql, 'lsn', 'tx_id', 'captured_ms'])

/** What every outbox guarantees, however it writes and whatever carries the events to Kafka. */
export type OutboxUnderTest = {
  readonly outbox: Outbox
  readonly topic: string
  transaction<T>(work: (trx: Knex.Transaction) => Promise<T>): Promise<T>
  /** All records of a key, once there are `count`. */
  recordsOf(aggregateId: AggregateId, count: number): Promise<readonly KafkaRecord[]>
  /** Adds the column `actor` to the table, and gives the outbox of a service that starts afterwards. */
  withActors(): Promise<Outbox>
  close(): Promise<void>
}

const text = z.object({ text: z.string() })
const eventsWith = (aggregateId: AggregateIdKind) => ({
  noted: defineEvent({ name: 'noted', aggregate: 'note', aggregateId, version: 3, payload: text }),
  mixed: defineEvent({
    name: 'mixed',
    aggregate: 'note',
    aggregateId,
    version: 1,
    payload: z.record(z.string(), z.json())
  })
})
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

type Kind = { readonly ids: AggregateIdKind; readonly shape: RecordShape }

export function outboxContract(name: string, open: () => Promise<OutboxUnderTest>, { ids, shape }: Kind): void {
  const { noted, mixed } = eventsWith(ids)
  describe(`the outbox contract: ${name}`, () => {
    let subject: OutboxUnderTest
    beforeAll(async () => void (subject = await open()))
    afterAll(() => subject?.close())

    const newId = (): AggregateId => (ids === 'integer' ? randomInt(1, 2 ** 47) : randomUUID())
    const note = (aggregateId: AggregateId, text: string) => noted({ aggregateId, payload: { text } })
    const append = (...events: Parameters<Outbox['append']>[1][]) =>
      subject.transaction(async trx => {
        for (const event of events) await subject.outbox.append(trx, event)
      })
    const textsOf = async (aggregateId: AggregateId, count: number) =>
      (await subject.recordsOf(aggregateId, count)).map(record => payloadOf(record).text)

    it('gives a record its key, its five fields and all of its headers', async () => {
      const aggregateId = newId()
      const context = { correlationId: 'request-1', causationId: 'cause-1', traceparent }
      const event = noted({ aggregateId, aggregateVersion: 2, payload: { text: 'é"\\\u0001' }, ...context })
      await append(event)
      const [record] = await subject.recordsOf(aggregateId, 1)
      expect(JSON.parse(String(record?.key))).toEqual({
        schema: expect.objectContaining(shape.keySchema(subject.topic)),
        payload: { event_id: aggregateId }
      })
      expect(JSON.parse(String(record?.value))).toEqual({
        schema: shape.valueSchema(subject.topic, ids),
        payload: {
          id: expect.any(Number),
          event: 'noted',
          event_id: aggregateId,
          payload: '{"text":"é\\"\\\\\\u0001"}',
          created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/)
        }
      })
      const ownHeaders = Object.entries(record!.headers).filter(([header]) => !added.has(header))
      expect(Object.fromEntries(ownHeaders)).toEqual({
        message_id: event.messageId,
        aggregate: 'note',
        aggregate_version: '2',
        schema_version: '3',
        correlation_id: 'request-1',
        causation_id: 'cause-1',
        traceparent
      })
    })

    it('leaves a header without a value where the event has none', async () => {
      const aggregateId = newId()
      await append(note(aggregateId, 'plain'))
      const [record] = await subject.recordsOf(aggregateId, 1)
      const absent = { aggregate_version: null, correlation_id: null, causation_id: null, traceparent: null }
      expect(record?.headers).toMatchObject(absent)
    })

    it('gives the payload as its database keeps JSON', async () => {
      const aggregateId = newId()
      await append(mixed({ aggregateId, payload: { bb: 1, ccc: [{ y: null, x: 1.5 }], é: true, a: -0, ba: 'ü' } }))
      const [record] = await subject.recordsOf(aggregateId, 1)
      expect(JSON.parse(String(record?.value)).payload.payload).toBe(shape.mixed)
    })

    it('keeps the order of an array, of calls and of transactions, in one partition for one key', async () => {
      const aggregateId = newId()
      await append([note(aggregateId, '1'), note(newId(), 'x'), note(aggregateId, '2')], note(aggregateId, '3'))
      await append(note(aggregateId, '4'))
      const records = await subject.recordsOf(aggregateId, 4)
      expect(records.map(record => payloadOf(record).text)).toEqual(['1', '2', '3', '4'])
      expect(new Set(records.map(record => record.partition)).size).toBe(1)
      const ids = records.map(record => JSON.parse(String(record.value)).payload.id as number)
      expect(ids).toEqual(ids.toSorted((a, b) => a - b))
      expect(ids.every(Number.isSafeInteger)).toBe(true)
    })

    it('publishes nothing of a transaction that fails', async () => {
      const aggregateId = newId()
      const failing = subject.transaction(async trx => {
        await subject.outbox.append(trx, [note(aggregateId, 'undone'), note(aggregateId, 'undone too')])
        throw new Error('changed my mind')
      })
      await expect(failing).rejects.toThrow('changed my mind')
      await append(note(aggregateId, 'done'))
      expect(await textsOf(aggregateId, 1)).toEqual(['done'])
    })

    it('publishes nothing of a transaction in which one event is invalid or too large', async () => {
      const aggregateId = newId()
      const bad = subject.transaction(async trx => {
        await subject.outbox.append(trx, note(aggregateId, 'undone'))
        await subject.outbox.append(trx, note(aggregateId, 7 as unknown as string))
      })
      await expect(bad).rejects.toMatchObject({ code: 'EVENT_INVALID' })
      const large = append(note(aggregateId, 'undone'), note(aggregateId, 'x'.repeat(1_000_000)))
      await expect(large).rejects.toMatchObject({ code: 'EVENT_TOO_LARGE' })
      await append(note(aggregateId, 'done'))
      expect(await textsOf(aggregateId, 1)).toEqual(['done'])
    })

    it('refuses a transaction that has ended, and takes an empty list in one that has not', async () => {
      const ended = await subject.transaction(async trx => {
        await subject.outbox.append(trx, [])
        return () => trx
      })
      const late = subject.outbox.append(ended(), note(newId(), 'late'))
      await expect(late).rejects.toMatchObject({ code: 'TRANSACTION_REQUIRED', retryable: false })
    })

    it('carries who caused an event once its table can, and goes on without that before', async () => {
      const [before, after] = [newId(), newId()]
      const by = (aggregateId: AggregateId, actor?: string) => noted({ aggregateId, actor, payload: { text: 'by' } })
      await append(by(before, 'customer'))
      const outbox = await subject.withActors()
      await subject.transaction(trx => outbox.append(trx, [by(after, 'Zoë ✖ 😀'), by(after)]))
      const records = [...(await subject.recordsOf(before, 1)), ...(await subject.recordsOf(after, 2))]
      const actors = records.map(record => {
        const read = readEnvelope(record)
        return 'event' in read ? read.event.actor : read.refusal
      })
      expect(actors).toEqual([subject.outbox === outbox ? 'customer' : undefined, 'Zoë ✖ 😀', undefined])
    })

    it('keeps hostile text as it is', async () => {
      const aggregateId = newId()
      const hostile = `'); DROP TABLE outbox; -- ? ?? :name \\' " \u0000 \u2028 𝒳 __proto__`
      await append(note(aggregateId, hostile))
      expect(await textsOf(aggregateId, 1)).toEqual([hostile])
    })
  })
}

function payloadOf(record: KafkaRecord): { text: string } {
  return JSON.parse(JSON.parse(String(record.value)).payload.payload)
}
