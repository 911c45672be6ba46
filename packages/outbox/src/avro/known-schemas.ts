import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { OutboxError } from '../errors.ts'
import type { AvroRecord } from './avro-types.ts'

/** Where the last agreed schema of each subject is found. */
export interface KnownSchemas {
  readonly subjects: () => Promise<readonly string[]>
  readonly latest: (subject: string) => Promise<AvroRecord | undefined>
  /** Why a registry itself rejects a schema. Files have no opinion. */
  readonly rejection?: (subject: string, schema: AvroRecord) => Promise<string | undefined>
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
export function registeredSchemas(url: string): KnownSchemas {
  return {
    subjects: async () => [],
    async latest(subject) {
      const version = (await ask(url, `/subjects/${subject}/versions/latest`)) as { schema: string } | undefined
      return version && (JSON.parse(version.schema) as AvroRecord)
    },
    async rejection(subject, schema) {
      const body = JSON.stringify({ schema: JSON.stringify(schema) })
      const path = `/compatibility/subjects/${subject}/versions/latest?verbose=true`
      const answer = (await ask(url, path, body)) as { is_compatible: boolean; messages?: string[] } | undefined
      if (answer === undefined || answer.is_compatible) return undefined
      return answer.messages?.join('; ') || 'it gives no reason'
    }
  }
}

async function ask(url: string, path: string, body?: string): Promise<unknown> {
  const post = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: body ?? '' }
  const init = { signal: AbortSignal.timeout(10_000), ...(body === undefined ? {} : post) }
  const response = await fetch(url + path, init).catch((cause: Error & { cause?: Error }) => {
    throw unavailable(`does not answer: ${cause.cause?.message ?? cause.message}`, cause)
  })
  if (response.status === 404) return undefined
  if (!response.ok) throw unavailable(`answered ${response.status} to ${path}`)
  return response.json()

  function unavailable(what: string, cause?: Error): OutboxError {
    return new OutboxError('REGISTRY_UNAVAILABLE', `The schema registry ${url} ${what}`, { cause, retryable: true })
  }
}
