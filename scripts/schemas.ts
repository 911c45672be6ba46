import { readAddresses } from '@outbox-cdc/pipeline'
import { readSettings } from '@outbox-cdc/pipeline'
import { runSchemas } from './schemas/run-schemas.ts'

async function runningRegistry(): Promise<string | undefined> {
  if (process.env.SCHEMA_REGISTRY_URL) return process.env.SCHEMA_REGISTRY_URL
  const settings = readSettings([], process.env)
  return settings === 'help' ? undefined : (await readAddresses(settings.dir)).SCHEMA_REGISTRY_URL
}

process.exitCode = await runSchemas(process.argv.slice(2), {
  runningRegistry,
  say: line => console.log(line),
  note: line => console.error(line)
})
