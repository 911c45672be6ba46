// For the commands of this clone: the addresses that `npm start` wrote, so that they need no arguments. DATA_DIR names the
// folder of a system; without it, it's the system that was started last.
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { trustExtraAuthorities } from '@outbox-cdc/outbox/security'

const root = join(import.meta.dirname, '../../..')
const folder = process.env.DATA_DIR ?? join(root, '.data/*')
const [newest] = globSync(join(folder, 'pipeline.env')).sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
if (newest !== undefined) {
  process.loadEnvFile(newest)
  // From the file itself: the environment may name other authorities, which Node has read already.
  trustExtraAuthorities(parseEnv(readFileSync(newest, 'utf8')))
}
