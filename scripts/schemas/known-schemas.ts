import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AvroRecord } from '@outbox-cdc/outbox/avro'
import { root } from '../event-catalogue.ts'

/** Where schemas are known already, each the newest of its subject: a registry, or the snapshot in `docs/schemas`. */
export interface KnownSchemas {
  readonly place: string
  readonly subjects: () => Promise<readonly string[]>
  readonly latest: (subject: string) => Promise<AvroRecord | undefined>
  /** Whether the place has a judgement of its own, beyond ours: the reasons of a refusal. */
  readonly refusal?: (subject: string, schema: AvroRecord) => Promise<string | undefined>
}

const suffix = '.avsc'

/** The committed files: they need no server, and a change of a schema is seen in a review. */
export function snapshotSchemas(folder = 'docs/schemas'): KnownSchemas {
  const dir = join(root, folder)
  return {
    place: folder,
    async subjects() {
      const files = await readdir(dir).catch(() => [])
      return files.filter(name => name.endsWith(suffix)).map(name => name.slice(0, -suffix.length))
    },
    async latest(subject) {
      const text = await readFile(join(dir, subject + suffix), 'utf8').catch(() => undefined)
      return text === undefined ? undefined : (JSON.parse(text) as AvroRecord)
    }
  }
}

export async function writeSnapshot(subject: string, schema: AvroRecord, folder = 'docs/schemas'): Promise<void> {
  await mkdir(join(root, folder), { recursive: true })
  await writeFile(join(root, folder, subject + suffix), `${JSON.stringify(schema, null, 2)}\n`)
}

/** Did not answer, or not as a registry does. */
export class RegistryError extends Error {}

/** A running registry, by Confluent's API. Subjects that are no event of ours are not looked at. */
export function registrySchemas(url: string): KnownSchemas {
  const asked = async (path: string, body?: object) => {
    const post = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
    const init = { signal: AbortSignal.timeout(10_000), ...(body === undefined ? {} : post) }
    const response = await fetch(url + path, init).catch(cause => {
      throw new RegistryError(`The registry ${url} does not answer: ${cause.cause?.message ?? cause.message}`, {
        cause
      })
    })
    if (response.status === 404) return undefined
    if (!response.ok) throw new RegistryError(`The registry ${url} answered ${response.status} to ${path}`)
    return response.json() as Promise<unknown>
  }
  return {
    place: url,
    subjects: async () => [],
    async latest(subject) {
      const version = (await asked(`/subjects/${subject}/versions/latest`)) as { schema: string } | undefined
      return version === undefined ? undefined : (JSON.parse(version.schema) as AvroRecord)
    },
    async refusal(subject, schema) {
      const path = `/compatibility/subjects/${subject}/versions/latest?verbose=true`
      const answer = (await asked(path, { schema: JSON.stringify(schema) })) as
        | { is_compatible: boolean; messages?: readonly string[] }
        | undefined
      if (answer === undefined || answer.is_compatible) return undefined
      return answer.messages?.join('; ') || 'it gives no reason'
    }
  }
}
