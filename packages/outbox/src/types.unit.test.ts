import type { Knex } from 'knex'
import { expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import {
  appendToOutbox,
  createOutbox,
  type defineEvent as DefineEvent,
  defineEvent,
  type EventDefinition,
  type EventInput,
  type OutboundEvent
} from './index.ts'
import { blackholeStore } from './blackhole/index.ts'
import { generatedId, type OneTripOutbox, sql } from './one-trip/index.ts'

// The compiler is the test here: each @ts-expect-error fails the type check when the mistake compiles.
const instant = z.codec(z.iso.datetime(), z.date(), {
  decode: text => new Date(text),
  encode: date => date.toISOString()
})
const paid = defineEvent({
  name: 'order_paid',
  aggregate: 'order',
  version: 1,
  payload: z.object({ cents: z.int(), at: instant, note: z.string().optional() })
})
const payload = { cents: 100, at: new Date(0) }

it('knows the payload of an event from its schema', () => {
  const event = paid({ aggregateId: 1, payload })
  expectTypeOf(event).toExtend<OutboundEvent<'order_paid', { cents: number; at: Date }>>()
  expectTypeOf(paid.name).toEqualTypeOf<'order_paid'>()
  expectTypeOf<Parameters<typeof DefineEvent>[0]['payload']>().not.toBeAny()
  expectTypeOf<EventInput<{ a: 1 }>['payload']>().toEqualTypeOf<{ a: 1 }>()
  expectTypeOf(event.payload).not.toBeAny()
})

it('takes the definition of a certain event where any event fits, but not the other way round', () => {
  expectTypeOf(paid).toExtend<EventDefinition>()
  expectTypeOf<EventDefinition<'a', z.ZodType<{ a: 1 }>>>().toExtend<EventDefinition>()
  expectTypeOf<EventDefinition>().not.toExtend<typeof paid>()
  expectTypeOf<EventDefinition<'order_sent', (typeof paid)['payload']>>().not.toExtend<typeof paid>()
})

it('rejects wrong events at compile time', () => {
  const wrong = [
    // @ts-expect-error a field is missing
    () => paid({ aggregateId: 1, payload: { cents: 1 } }),
    // @ts-expect-error a field of another type
    () => paid({ aggregateId: 1, payload: { ...payload, cents: '1' } }),
    // @ts-expect-error a field that the schema does not know
    () => paid({ aggregateId: 1, payload: { cents: 1, at: new Date(0), card: '4111' } }),
    // @ts-expect-error no aggregate, so no key
    () => paid({ payload }),
    // @ts-expect-error an aggregate id that is not the Kafka key's type
    () => paid({ aggregateId: 'a1', payload }),
    // @ts-expect-error the blackhole store needs a writer number
    () => createOutbox({ store: blackholeStore({}) })
  ]
  expect(wrong).toHaveLength(6)
})

it('accepts an event only with a transaction, and only if a definition made it', () => {
  const calls = (db: Knex, trx: Knex.Transaction, oneTrip: OneTripOutbox) => [
    () => appendToOutbox(trx, paid({ aggregateId: 1, payload })),
    () => appendToOutbox(trx, [paid({ aggregateId: 1, payload })]),
    // @ts-expect-error a plain connection commits each statement by itself
    () => appendToOutbox(db, paid({ aggregateId: 1, payload })),
    // @ts-expect-error an object that was not validated
    () => appendToOutbox(trx, { name: 'order_paid', aggregateId: 1, payload }),
    // @ts-expect-error the id is only there in one round trip
    () => appendToOutbox(trx, paid({ aggregateId: generatedId, payload })),
    () => oneTrip.commit(sql`DELETE FROM t WHERE id = ${1}`, paid({ aggregateId: generatedId, payload })),
    // @ts-expect-error text that may hold anything
    () => oneTrip.commit('DELETE FROM t', []),
    // @ts-expect-error an object could become SQL
    () => sql`SELECT ${{ id: 1 }}`
  ]
  expect(calls).toBeTypeOf('function')
})
