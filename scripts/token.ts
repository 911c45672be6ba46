import { join } from 'node:path'
import { exitWithUsage, readAddresses, systemOrExit } from '@outbox-cdc/pipeline'
import { askToken } from '../examples/flower-delivery/auth/ask-token.ts'
import { scopesOf } from '../examples/flower-delivery/auth/clients.ts'

const clients = Object.keys(scopesOf)
const usage = `Usage: npm run -s token -- flower-delivery CLIENT [options]

Prints a token for 24 hours, from the auth that npm start -- flower-delivery started.

  CLIENT     ${clients.join(', ')}
  --secure   of what npm start -- flower-delivery --secure started
  --help     this text`

const { settings, positionals } = await systemOrExit({}, usage)
const client = positionals[1] ?? ''
const { AUTH_URL: authUrl } = await readAddresses(settings.dir)
if (!clients.includes(client)) exitWithUsage(`Name a client: ${clients.join(', ')}.`, usage)
if (authUrl === undefined)
  exitWithUsage(`There is no auth in ${settings.dir}. Start it: npm start -- flower-delivery`, usage)
try {
  console.log(await askToken({ authUrl, folder: join(settings.dir, 'secrets/auth'), client }))
} catch (error) {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : ''
  console.error(`✗ ${error instanceof Error ? error.message : String(error)}${cause}`)
  process.exitCode = 1
}
