import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { OutboxError } from '@outbox-cdc/outbox'
import {
  checkSchemas,
  registeredSchemas,
  registryAddress,
  type SchemaFinding,
  schemaFiles,
  type SystemSchemas
} from '@outbox-cdc/outbox/avro'
import { exitWithUsage, optionsOrExit, root } from '@outbox-cdc/pipeline'
import { eventSchemas } from './event-catalogue.ts'

const usage = `Usage: npm run schemas -- check [--registry URL]
       npm run schemas -- snapshot

  check      says whether every event still fits its readers, and the schemas agreed last: those in docs/schemas, or those
             of a registry (URL of its Confluent API, such as http://localhost:8081/apis/ccompat/v7; SCHEMA_REGISTRY_TOKEN
             is sent as a bearer token)
  snapshot   writes docs/schemas, unless check rejects a change

Exit code: 0 all is well, 1 a change is rejected or missing in docs/schemas, 2 wrong usage, or the registry doesn't answer.`

const folder = join(root, 'docs/schemas')

async function run(command: string, registry?: string): Promise<number> {
  const schemas = eventSchemas()
  const known = registry ? registeredSchemas(registryAddress(registry, process.env)) : schemaFiles(folder)
  const findings = await checkSchemas(schemas, known)
  const rejected = findings.some(({ problems }) => problems.length > 0)
  if (command === 'snapshot' && !rejected) return writeSnapshot(schemas, findings)
  for (const finding of findings) print(finding)
  const outdated = registry === undefined && findings.some(({ state }) => state !== 'unchanged')
  if (rejected) console.log('→ docs/schemas.md says what to do with a rejected schema')
  else if (outdated) console.log('→ The changes are compatible: run `npm run schemas -- snapshot`, commit docs/schemas')
  return rejected || outdated ? 1 : 0
}

async function writeSnapshot({ written }: SystemSchemas, findings: readonly SchemaFinding[]): Promise<number> {
  const fileOf = (subject: string) => join(folder, `${subject}.avsc`)
  for (const { subject, schema } of written) await writeFile(fileOf(subject), `${JSON.stringify(schema, null, 2)}\n`)
  for (const { subject, state } of findings) if (state === 'gone') await rm(fileOf(subject))
  console.log(`docs/schemas holds the schemas of ${written.map(({ subject }) => subject).join(', ')}`)
  return 0
}

function print({ subject, state, readers, problems }: SchemaFinding): void {
  const readBy = readers.length === 0 ? 'no consumer' : `read by ${readers.join(', ')}`
  console.log(`${problems.length === 0 ? '✓' : '✗'} ${subject}: ${state}, ${readBy}`)
  for (const problem of problems) console.log(`  ✗ ${problem}`)
}

const { registry, positionals } = optionsOrExit({ registry: { type: 'string' } }, usage, true)
const command = positionals.join(' ')
if (command !== 'check' && (command !== 'snapshot' || registry !== undefined))
  exitWithUsage(`Expected check or snapshot, not ${process.argv.slice(2).join(' ') || 'nothing'}`, usage)
process.exitCode = await run(command, registry).catch(error => {
  if (!(error instanceof OutboxError)) throw error
  console.error(`✗ ${error.message}`)
  return 2
})
