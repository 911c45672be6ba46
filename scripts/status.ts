import { join } from 'node:path'
import { livingProcesses } from '@outbox-cdc/stack'
import { readAddresses } from '@outbox-cdc/pipeline'
import { readSettings } from '@outbox-cdc/pipeline'

// npm run status: what is up in this clone, part by part. Exit code 0 when all of it is well, 1 otherwise.
const settings = readSettings([], process.env)
if (settings === 'help') process.exit(2)
const addresses = await readAddresses(settings.dir)
const living = await livingProcesses(join(settings.dir, 'run'))

if (living.length === 0) {
  console.log('Nothing is up here. Start it: npm start')
  process.exit(1)
}

const rows = [
  ...living.filter(({ name }) => name !== 'starter').map(({ name, pid }) => [name, `pid ${pid}`, 'runs']),
  ...(await Promise.all([
    health('order-service ready', `${addresses.ORDER_SERVICE_URL}/health/ready`),
    health('delivery-service ready', `${addresses.DELIVERY_SERVICE_URL}/health/ready`),
    // The keeper's verdict: Connect says RUNNING of a connector through which nothing flows.
    health('orders-connector flows', `${addresses.KEEPER_URL}/health`),
    ...(addresses.SCHEMA_REGISTRY_URL === undefined
      ? []
      : [health('schema registry', `${addresses.SCHEMA_REGISTRY_URL}/subjects`)]),
    health('console', `${addresses.CONSOLE_URL}/health/live`)
  ]))
]
for (const [name = '', where = '', state = ''] of rows) console.log(`${name.padEnd(24)} ${where.padEnd(52)} ${state}`)
const starter = living.find(({ name }) => name === 'starter')
if (starter === undefined)
  console.log('The starter is gone: nothing here is watched. npm start ends these and starts afresh.')
process.exitCode = starter !== undefined && rows.every(([, , state]) => state === 'runs' || state === 'well') ? 0 : 1

async function health(name: string, url: string): Promise<readonly string[]> {
  const answer = await get(url)
  return [
    name,
    url,
    answer?.ok ? 'well' : `NOT WELL: ${answer === undefined ? 'no answer' : `${answer.status} ${await answer.text()}`}`
  ]
}

function get(url: string): Promise<Response | undefined> {
  return fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined)
}
