import { join } from 'node:path'
import { livingProcesses } from '@outbox-cdc/stack'
import { readAddresses, systemOrExit, urlVariable } from '@outbox-cdc/pipeline'

const usage = `Usage: npm run status -- [SYSTEM]

Shows what is running in this clone, part by part. Exit code 0 if everything is ok, else 1.`

const { system, dir } = (await systemOrExit({}, usage)).settings
const addresses = await readAddresses(dir)
const { SCHEMA_REGISTRY_URL: registry } = addresses
const living = await livingProcesses(join(dir, 'run'))

if (living.length === 0) {
  console.log('Nothing is running here. Start it: npm start')
  process.exit(1)
}

const rows = [
  ...living.filter(({ name }) => name !== 'starter').map(({ name, pid }) => [name, `pid ${pid}`, 'runs']),
  ...(await Promise.all([
    ...system.services.map(({ name, ready }) => health(`${name} ready`, `${addresses[urlVariable(name)]}${ready}`)),
    // The keeper sends events through the connector: Connect also says RUNNING when nothing flows.
    health(`${system.flow.connector} flows`, `${addresses['KEEPER_URL']}/health`),
    ...(registry === undefined ? [] : [health('schema registry', `${registry}/subjects`)]),
    health('console', `${addresses['CONSOLE_URL']}/health/live`)
  ]))
]
for (const [name = '', where = '', state = ''] of rows) console.log(`${name.padEnd(24)} ${where.padEnd(52)} ${state}`)
const starter = living.find(({ name }) => name === 'starter')
if (starter === undefined)
  console.log('The starter is gone, so nothing restarts what dies. npm start ends these processes and starts new ones.')
process.exitCode = starter !== undefined && rows.every(([, , state]) => state === 'runs' || state === 'ok') ? 0 : 1

async function health(name: string, url: string): Promise<readonly string[]> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined)
  if (answer?.ok === true) return [name, url, 'ok']
  return [name, url, `NOT OK: ${answer === undefined ? 'no answer' : `${answer.status} ${await answer.text()}`}`]
}
