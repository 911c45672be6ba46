import { parseArgs } from 'node:util'
import { OutboxError } from '../packages/outbox/src/index.ts'
import { readAddresses } from './pipeline/addresses.ts'
import { readSettings } from './pipeline/settings.ts'
import { RegistryError } from './schemas/known-schemas.ts'
import { type Command, commands, UsageError } from './schemas/commands.ts'

const usage = `Usage: npm run schemas -- COMMAND [--registry URL]

The schemas of all events, as their definitions yield them, against what is known of them.

  check      whether every change may go out: by the registry's rule, and for each consumer
  diff       what changed, field by field
  snapshot   write docs/schemas anew; refuses a change that check refuses
  register   give the schemas to the registry, as the services do when they start
  size       bytes of one event in each mode, measured on a pipeline that it starts for a while, once for each

  --registry URL  of a registry's Confluent-compatible API, such as http://localhost:8081/apis/ccompat/v7; check and diff
                  take the committed docs/schemas without it, register what SCHEMA_REGISTRY_URL or npm start says

Exit code: 0 all is well, 1 a change is refused or not in docs/schemas yet (diff: there is one), 2 wrong usage, or the
registry does not answer.`

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { registry: { type: 'string' }, help: { type: 'boolean', default: false } }
  })
  if (values.help) {
    console.log(usage)
    return 0
  }
  const command: Command | undefined = commands[positionals[0] ?? '']
  if (command === undefined || positionals.length > 1) throw new UsageError(usage)
  return command({ registry: values.registry, runningRegistry, say: line => console.log(line) })
}

async function runningRegistry(): Promise<string | undefined> {
  if (process.env.SCHEMA_REGISTRY_URL) return process.env.SCHEMA_REGISTRY_URL
  const settings = readSettings([], process.env)
  return settings === 'help' ? undefined : (await readAddresses(settings.dir)).SCHEMA_REGISTRY_URL
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const expected =
    error instanceof UsageError || error instanceof RegistryError || error instanceof OutboxError || isBadOption(error)
  if (!expected) throw error
  console.error(error.message)
  process.exitCode = 2
}

function isBadOption(error: unknown): error is Error {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}
