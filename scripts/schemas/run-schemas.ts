import { parseArgs } from 'node:util'
import { OutboxError } from '@outbox-cdc/outbox'
import { type Command, commands, type Given, UsageError } from './commands.ts'
import { RegistryError } from './known-schemas.ts'

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

type Edge = Omit<Given, 'registry'> & { readonly note: (line: string) => void }

/** Runs one `npm run schemas` command line; answers the exit code. */
export async function runSchemas(args: readonly string[], { note, ...edge }: Edge): Promise<number> {
  try {
    return await run(args, edge)
  } catch (error) {
    const expected =
      error instanceof UsageError ||
      error instanceof RegistryError ||
      error instanceof OutboxError ||
      isBadOption(error)
    if (!expected) throw error
    note(error.message)
    return 2
  }
}

async function run(args: readonly string[], edge: Omit<Given, 'registry'>): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { registry: { type: 'string' }, help: { type: 'boolean', default: false } }
  })
  if (values.help) {
    edge.say(usage)
    return 0
  }
  const command: Command | undefined = commands[positionals[0] ?? '']
  if (command === undefined || positionals.length > 1) throw new UsageError(usage)
  return command({ registry: values.registry, ...edge })
}

function isBadOption(error: unknown): error is Error {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}
