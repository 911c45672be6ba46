import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import avsc from 'avsc'
import { asError, OutboxError } from '../errors.ts'
import type { AvroRecord } from './avro-schema.ts'
import { type RegistryAddress, registryAccess } from './registry-access.ts'

/** Where the last agreed schema of each subject is found. */
export interface KnownSchemas {
  readonly subjects: () => Promise<readonly string[]>
  readonly latest: (subject: string) => Promise<AvroRecord | undefined>
  /** Why a registry itself rejects a schema. Files have no opinion. */
  readonly rejection?: (subject: string, schema: AvroRecord) => Promise<string | undefined>
}

/** The payload of an event as one service defines it. */
export type ServiceSchema = { readonly service: string; readonly subject: string; readonly schema: AvroRecord }

/** Every event of a system: each subject has one writer, and each consumer has its own definition of what it reads. */
export type SystemSchemas = { readonly written: readonly ServiceSchema[]; readonly read: readonly ServiceSchema[] }

/** What became of one event since its schema was last agreed. */
export type SchemaFinding = {
  readonly subject: string
  readonly state: 'new' | 'unchanged' | 'changed' | 'gone'
  readonly readers: readonly string[]
  /** One sentence each; empty if the change may go out. */
  readonly problems: readonly string[]
}

/** Compares every event with its last agreed schema, and with what each of its consumers needs. */
export async function checkSchemas(
  { written, read }: SystemSchemas,
  known: KnownSchemas
): Promise<readonly SchemaFinding[]> {
  const readersOf = (subject: string) => read.filter(reader => reader.subject === subject)
  const published = new Set(written.map(({ subject }) => subject))
  const expected = new Set([...(await known.subjects()), ...read.map(({ subject }) => subject)])
  const findings = written.map(event => checkEvent(event, readersOf(event.subject), known))
  return [
    ...(await Promise.all(findings)),
    ...[...expected].filter(name => !published.has(name)).map(name => findMissing(name, readersOf(name)))
  ]
}

async function checkEvent(
  { service, subject, schema }: ServiceSchema,
  readers: readonly ServiceSchema[],
  known: KnownSchemas
): Promise<SchemaFinding> {
  const last = await known.latest(subject)
  const state = last === undefined ? 'new' : isDeepStrictEqual(last, schema) ? 'unchanged' : 'changed'
  const backward = last === undefined ? [] : unreadable(schema, [last])
  const asked = state === 'changed' && backward.length === 0
  const rejection = asked ? await known.rejection?.(subject, schema) : undefined
  const consumers = readers.flatMap(reader => [
    ...unreadableBy(reader, schema).map(because(`${reader.service} can't read what ${service} writes`)),
    ...unreadableBy(reader, last).map(because(`${reader.service} can't read what the topic already holds`))
  ])
  return {
    subject,
    state,
    readers: readers.map(reader => reader.service),
    problems: [
      ...backward.map(because('BACKWARD: a new version must read what the last one wrote')),
      ...(rejection === undefined ? [] : [`the registry rejects it: ${rejection}`]),
      ...consumers
    ]
  }
}

function findMissing(subject: string, readers: readonly ServiceSchema[]): SchemaFinding {
  const names = readers.map(({ service }) => service)
  const problems = names.map(name => `${name} reads it, but no service publishes it`)
  return { subject, state: 'gone', readers: names, problems }
}

const because = (why: string) => (problem: string) => `${problem} (${why})`

/** Consumers decode with the writer's schema and then validate, so to them a symbol of an enum is also text. */
function unreadableBy({ schema }: ServiceSchema, writer: AvroRecord | undefined): readonly string[] {
  if (writer === undefined) return []
  const text = JSON.stringify(writer, (_, part) => (part?.type === 'enum' ? 'string' : part))
  return unreadable(schema, [writer, JSON.parse(text) as AvroRecord])
}

/** Which fields of `reader` can be read from none of `writers`, by Avro's rules. */
function unreadable(reader: AvroRecord, writers: readonly AvroRecord[]): readonly string[] {
  return reader.fields.flatMap(field => {
    const [problem, ...others] = writers.map(writer => readField({ ...reader, fields: [field] }, writer))
    return problem === undefined || others.includes(undefined) ? [] : [`${field.name} ${problem}`]
  })
}

function readField(reader: AvroRecord, writer: AvroRecord): string | undefined {
  const [readerType, writerType] = [reader, writer].map(schema => avsc.Type.forSchema(schema as avsc.Schema))
  try {
    readerType?.createResolver(writerType as avsc.Type)
    return undefined
  } catch (error) {
    return asError(error)
      .message.replace(/^no matching field for default-less (.+)$/, 'has no default, and $1 was not written')
      .replace(/^cannot read ("[^"]+") as \1$/, 'must keep every symbol of $1')
      .replace(/^cannot read (.+) as (.+)$/, 'was written as $1 and is read as $2')
  }
}

/** Schemas in files named `SUBJECT.avsc`: a check against them needs no server, and a review shows each change. */
export function schemaFiles(folder: string): KnownSchemas {
  return {
    async subjects() {
      const files = await readdir(folder).catch(() => [])
      return files.filter(name => name.endsWith('.avsc')).map(name => name.slice(0, -'.avsc'.length))
    },
    async latest(subject) {
      const text = await readFile(join(folder, `${subject}.avsc`), 'utf8').catch(() => undefined)
      return text === undefined ? undefined : (JSON.parse(text) as AvroRecord)
    }
  }
}

/** The schemas of a running registry. Its other subjects may belong to other systems, so it lists none. */
export function registeredSchemas(address: RegistryAddress): KnownSchemas {
  return {
    subjects: async () => [],
    async latest(subject) {
      const version = (await ask(address, `/subjects/${subject}/versions/latest`)) as { schema: string } | undefined
      return version && (JSON.parse(version.schema) as AvroRecord)
    },
    async rejection(subject, schema) {
      const body = JSON.stringify({ schema: JSON.stringify(schema) })
      const path = `/compatibility/subjects/${subject}/versions/latest?verbose=true`
      const answer = (await ask(address, path, body)) as { is_compatible: boolean; messages?: string[] } | undefined
      if (answer === undefined || answer.is_compatible) return undefined
      return answer.messages?.join('; ') || 'it gives no reason'
    }
  }
}

async function ask(address: RegistryAddress, path: string, body?: string): Promise<unknown> {
  const { url, headers, explain } = registryAccess(address)
  const post = { method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body: body ?? '' }
  const init = { headers, signal: AbortSignal.timeout(10_000), ...(body === undefined ? {} : post) }
  const response = await fetch(url + path, init).catch((cause: Error & { cause?: Error }) => {
    throw unavailable(`does not answer: ${cause.cause?.message ?? cause.message}`, cause)
  })
  if (response.status === 404) return undefined
  if (!response.ok) {
    const what = `answered ${response.status} to ${path}`
    throw unavailable(what, Object.assign(new Error(what), { status: response.status }))
  }
  return response.json()

  function unavailable(what: string, cause: Error): OutboxError {
    const message = explain(cause) ?? `The schema registry ${url} ${what}`
    return new OutboxError('REGISTRY_UNAVAILABLE', message, { cause, retryable: true })
  }
}
