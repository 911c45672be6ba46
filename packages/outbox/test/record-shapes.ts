import type { AggregateIdKind } from '../src/index.ts'

/** What differs between the records of the ways to write; all else is the same. */
export type RecordShape = {
  readonly keySchema: (topic: string) => object
  readonly valueSchema: (topic: string, ids: AggregateIdKind) => object
  /** How the database gives the payload `{ bb: 1, ccc: [{ y: null, x: 1.5 }], é: true, a: -0, ba: 'ü' }`. */
  readonly mixed: string
}

const text = { type: 'string', optional: false }
const int64 = { type: 'int64', optional: false }
const logical = { ...text, version: 1 }
const payload = { ...logical, name: 'io.debezium.data.Json', field: 'payload' }
const time = { ...logical, name: 'io.debezium.time.ZonedTimestamp', field: 'created_at' }
const keySchema = (topic: string) => ({ type: 'struct', optional: false, name: `${topic}.Key` })

const rowSchema = (createdAt: object) => (topic: string, ids: AggregateIdKind) => ({
  type: 'struct',
  optional: false,
  name: `${topic}.Value`,
  fields: [
    { ...int64, field: 'id' },
    { ...text, field: 'event' },
    { ...(ids === 'integer' ? int64 : text), field: 'event_id' },
    payload,
    createdAt
  ]
})

export const shapes = {
  mysql: {
    keySchema,
    valueSchema: rowSchema({ ...time, default: '1970-01-01T00:00:00Z' }),
    // Members by length of name, then by bytes.
    mixed: '{"a":0,"ba":"ü","bb":1,"é":true,"ccc":[{"x":1.5,"y":null}]}'
  },
  row: {
    keySchema,
    valueSchema: rowSchema({ ...time, default: '1970-01-01T00:00:00.000000Z' }),
    mixed: '{"bb":1,"ccc":[{"y":null,"x":1.5}],"é":true,"a":0,"ba":"ü"}'
  },
  message: {
    keySchema: () => ({ type: 'struct', optional: false }),
    valueSchema: (_, ids) => ({
      type: 'struct',
      optional: false,
      fields: [
        { type: 'string', optional: true, field: 'event' },
        { type: ids === 'integer' ? 'int64' : 'string', optional: true, field: 'event_id' },
        { type: 'string', optional: true, field: 'payload' },
        { type: 'string', optional: true, field: 'created_at' },
        { type: 'int64', optional: true, field: 'id' }
      ]
    }),
    mixed: '{"bb":1,"ccc":[{"y":null,"x":1.5}],"é":true,"a":0,"ba":"ü"}'
  }
} satisfies Record<string, RecordShape>
