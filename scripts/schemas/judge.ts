import type { AvroRecord } from '@outbox-cdc/outbox/avro'
import { difference } from './difference.ts'
import type { Schemas, ServiceSchema } from './events.ts'
import type { KnownSchemas } from './known-schemas.ts'
import { type Problem, unreadable } from './readable.ts'

export type Verdict = {
  readonly subject: string
  /** Against what is known: `gone` when it is known and nobody publishes it any longer. */
  readonly state: 'new' | 'same' | 'changed' | 'gone'
  readonly readers: readonly string[]
  readonly changes: readonly string[]
  /** In sentences; none when the change may go out. */
  readonly problems: readonly string[]
}

/** Every event against what is known of it, and against what each of its consumers wants of it. */
export async function judge({ written, read }: Schemas, known: KnownSchemas): Promise<readonly Verdict[]> {
  const verdicts = await Promise.all(
    written.map(async event => judgeOne(event, readersOf(read, event.subject), await earlier(known, event)))
  )
  const subjects = new Set(written.map(({ subject }) => subject))
  const orphans = new Set([...(await known.subjects()), ...read.map(({ subject }) => subject)])
  return [
    ...verdicts,
    ...[...orphans].filter(subject => !subjects.has(subject)).map(subject => judgeGone(subject, read))
  ]
}

type Earlier = { readonly schema: AvroRecord | undefined; readonly refusal: string | undefined }

async function earlier(known: KnownSchemas, { subject, schema }: ServiceSchema): Promise<Earlier> {
  const latest = await known.latest(subject)
  const changed = latest !== undefined && !same(latest, schema)
  return { schema: latest, refusal: changed ? await known.refusal?.(subject, schema) : undefined }
}

function judgeOne(event: ServiceSchema, readers: readonly ServiceSchema[], { schema: was, refusal }: Earlier): Verdict {
  const { subject, schema } = event
  const state = was === undefined ? 'new' : same(was, schema) ? 'same' : 'changed'
  const broken = was === undefined ? [] : unreadable(schema, was, { strict: true })
  const backward = broken.map(say('BACKWARD: a new version must read what the last one wrote'))
  const others = refusal !== undefined && backward.length === 0 ? [`the registry refuses it: ${refusal}`] : []
  const consumers = readers.flatMap(reader => [
    ...unreadable(reader.schema, schema, { strict: false }).map(
      say(`${reader.service} could not read what ${event.service} writes`)
    ),
    ...(was === undefined ? [] : unreadable(reader.schema, was, { strict: false })).map(
      say(`${reader.service} could not read what lies in the topic already`)
    )
  ])
  return {
    subject,
    state,
    readers: readers.map(({ service }) => service),
    changes: was === undefined ? [] : difference(was, schema),
    problems: [...backward, ...others, ...consumers]
  }
}

function judgeGone(subject: string, read: readonly ServiceSchema[]): Verdict {
  const readers = readersOf(read, subject).map(({ service }) => service)
  const problems = readers.map(service => `${service} reads it, and nobody publishes it`)
  return { subject, state: 'gone', readers, changes: [], problems }
}

function readersOf(read: readonly ServiceSchema[], subject: string): readonly ServiceSchema[] {
  return read.filter(reader => reader.subject === subject)
}

const say =
  (why: string) =>
  ({ field, rule }: Problem) =>
    `${field} ${rule} (${why})`

/** A registry may order the keys of a schema otherwise. */
function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b)
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? ''
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${key}:${canonical(item)}`).join()}}`
}
