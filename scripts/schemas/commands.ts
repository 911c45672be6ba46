import { schemaRegistry } from '@outbox-cdc/outbox/avro'
import { OutboxError } from '@outbox-cdc/outbox'
import { projectSchemas, type Schemas } from './events.ts'
import { judge, type Verdict } from './judge.ts'
import { type KnownSchemas, registrySchemas, snapshotSchemas, writeSnapshot } from './known-schemas.ts'
import { sizeTable } from './size.ts'

export type Given = {
  readonly registry?: string | undefined
  readonly runningRegistry: () => Promise<string | undefined>
  readonly say: (line: string) => void
}
/** Answers with the exit code. */
export type Command = (given: Given) => Promise<number>

export class UsageError extends Error {}

export const commands: Readonly<Record<string, Command>> = {
  async check({ registry, say }) {
    const known = registry === undefined ? snapshotSchemas() : registrySchemas(registry)
    return report(await judge(projectSchemas(), known), known, say)
  },

  async diff({ registry, say }) {
    const known = registry === undefined ? snapshotSchemas() : registrySchemas(registry)
    const verdicts = await judge(projectSchemas(), known)
    for (const { subject, state, changes } of verdicts)
      for (const line of [`${subject}: ${stateWords[state]}`, ...changes.map(change => `  ${change}`)]) say(line)
    return verdicts.every(({ state }) => state === 'same') ? 0 : 1
  },

  async snapshot({ say }) {
    const known = snapshotSchemas()
    const schemas = projectSchemas()
    const verdicts = await judge(schemas, known)
    if (verdicts.some(({ problems }) => problems.length > 0)) return report(verdicts, known, say)
    for (const { subject, schema } of schemas.written) await writeSnapshot(subject, schema)
    for (const { subject, state } of verdicts)
      say(state === 'gone' ? `${subject} is published no longer: remove its file yourself` : `${subject} written`)
    return verdicts.some(({ state }) => state === 'gone') ? 1 : 0
  },

  async register({ registry, runningRegistry, say }) {
    const url = registry ?? (await runningRegistry())
    if (url === undefined) throw new UsageError('Which registry? Say --registry URL, or set SCHEMA_REGISTRY_URL.')
    const known = registrySchemas(url)
    const schemas = projectSchemas()
    const verdicts = await judge(schemas, known)
    if (verdicts.some(({ problems }) => problems.length > 0)) return report(verdicts, known, say)
    return registerAll(schemas, url, say)
  },

  async size({ say }) {
    await sizeTable(say)
    return 0
  }
}

async function registerAll({ written }: Schemas, url: string, say: Given['say']): Promise<number> {
  const registry = schemaRegistry({ url })
  for (const { subject, schema } of written)
    try {
      const { id } = await registry.register(schema)
      say(`✓ ${subject} has the id ${id}`)
    } catch (error) {
      if (!(error instanceof OutboxError) || error.code !== 'SCHEMA_REFUSED') throw error
      say(`✗ ${error.message}`)
      return 1
    }
  return 0
}

const stateWords = {
  new: 'new',
  same: 'as it was',
  changed: 'changed',
  gone: 'published no longer'
} as const satisfies Record<Verdict['state'], string>

/** The verdicts in lines. A snapshot that lags behind is refused too: the next change would be judged by the wrong one. */
export function report(verdicts: readonly Verdict[], known: KnownSchemas, say: Given['say']): number {
  const committed = known.refusal === undefined
  let code = 0
  for (const { subject, state, readers, changes, problems } of verdicts) {
    const stale = committed && state !== 'same'
    const well = problems.length === 0 && !stale
    if (!well) code = 1
    const who = readers.length === 0 ? 'no consumer' : `read by ${readers.join(', ')}`
    say(`${well ? '✓' : '✗'} ${subject}: ${stateWords[state]}, ${who}`)
    for (const change of changes) say(`    ${change}`)
    for (const problem of problems) say(`  ✗ ${problem}`)
    if (problems.length > 0) say('  → docs/schemas.md says what to do with a refused schema')
    else if (stale) say(`  → compatible; commit what \`npm run schemas -- snapshot\` writes into ${known.place}`)
  }
  return code
}
