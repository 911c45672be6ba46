import { chmod, chown } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { prepareSecurity, prepareWorker, readOrCreateSecret } from '@outbox-cdc/stack'

// The job `secrets` of docker-compose.yml: `make-secrets.ts root:20000 NAME:GROUP …` creates the password file of
// each account once and lets one group read it, so that a container sees only the passwords of its own groups.
// What follows `--secure` are files of a private authority and of its certificates, for the servers in SERVERS.
const { SECRETS_DIR, SERVERS = '' } = process.env
const uid = process.getuid?.()
if (SECRETS_DIR === undefined || uid === undefined) throw new Error('SECRETS_DIR is not set')

const given = process.argv.slice(2)
const end = given.includes('--secure') ? given.indexOf('--secure') : given.length
const files = (list: readonly string[]) => list.map(argument => argument.split(':') as [name: string, group: string])

for (const [name, group] of files(given.slice(0, end))) {
  const file = join(SECRETS_DIR, name)
  await readOrCreateSecret(dirname(file), basename(file))
  await chmod(dirname(file), 0o755)
  await chown(file, uid, Number(group))
  await chmod(file, 0o440)
}
if (given.includes('--secure')) {
  const security = await prepareSecurity(dirname(SECRETS_DIR), SERVERS.split(','))
  await prepareWorker(security)
  await chmod(security.dir, 0o755)
  for (const [name, group] of files(given.slice(end + 1))) {
    const file = join(SECRETS_DIR, name)
    await chown(file, uid, Number(group))
    // Its owner writes some of them again at the next start.
    await chmod(file, 0o640)
  }
}
