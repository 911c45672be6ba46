import { chmod, chown } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { readOrCreateSecret } from '@outbox-cdc/stack'

// The job `secrets` of docker-compose.yml: `make-secrets.ts root:20000 NAME:GROUP …` creates the password file of
// each account once and lets one group read it, so that a container sees only the passwords of its own groups.
const { SECRETS_DIR } = process.env
const uid = process.getuid?.()
if (SECRETS_DIR === undefined || uid === undefined) throw new Error('SECRETS_DIR is not set')

for (const argument of process.argv.slice(2)) {
  const [name = '', group] = argument.split(':')
  const file = join(SECRETS_DIR, name)
  await readOrCreateSecret(dirname(file), basename(file))
  await chmod(dirname(file), 0o755)
  await chown(file, uid, Number(group))
  await chmod(file, 0o440)
}
