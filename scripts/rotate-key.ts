import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { exitWithUsage, systemOrExit } from '@outbox-cdc/pipeline'
import { rotateKey } from '../examples/flower-delivery/auth/signing-keys.ts'

const usage = `Usage: npm run rotate-key -- flower-delivery [options]

Makes a new key that signs the tokens of auth from now on. Nothing needs a restart. The key before it goes when the last token
that it signed has ended, after 24 hours.

  --secure   of what npm start -- flower-delivery --secure started
  --help     this text`

const { settings } = await systemOrExit({}, usage)
const folder = join(settings.dir, 'secrets/auth')
if (!existsSync(folder))
  exitWithUsage(`There is no auth in ${settings.dir}. Start it: npm start -- flower-delivery`, usage)
console.log(`The key ${await rotateKey(folder)} signs from now on.`)
