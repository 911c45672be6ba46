import { join, parse } from 'node:path'
import type { Flow } from '@outbox-cdc/console/api/pipeline-schemas'
import { isHealthy, readKeeper } from '@outbox-cdc/connectctl'
import { livingProcesses } from '@outbox-cdc/stack'
import { explainSecurity, resolveSecrets, trustExtraAuthorities } from '@outbox-cdc/outbox/security'
import { connectorFiles, readAddresses, systemOrExit, urlVariable } from '@outbox-cdc/pipeline'

const usage = `Usage: npm run status -- [SYSTEM] [options]

Shows what is running in this clone, part by part. Exit code 0 if everything is ok, else 1.

  --secure   what npm start -- --secure started
  --help     this text`

const { system, dir } = (await systemOrExit({}, usage)).settings
const addresses = await readAddresses(dir)
const { SCHEMA_REGISTRY_URL: registry } = addresses
trustExtraAuthorities(addresses)
const living = await livingProcesses(join(dir, 'run'))

if (living.length === 0) {
  console.log('Nothing is running here. Start it: npm start')
  process.exit(1)
}

const rows = [
  ...living.filter(({ name }) => name !== 'starter').map(({ name, pid }) => [name, `pid ${pid}`, 'runs']),
  ...(await Promise.all([
    ...system.services.flatMap(({ name, ready }) =>
      (addresses[urlVariable(name)] ?? '')
        .split(',')
        .map((url, at) => health(`${at === 0 ? name : `${name}-${at + 1}`} ready`, `${url}${ready}`))
    ),
    ...(registry === undefined
      ? []
      : [health('schema registry', `${registry}/subjects`, addresses['SCHEMA_REGISTRY_TOKEN'])]),
    health('console', `${addresses['CONSOLE_URL']}/health/live`)
  ])),
  ...(await connectors()),
  ...(await breakers())
]
const [first, second] = [0, 1].map(column => Math.max(...rows.map(row => row[column]?.length ?? 0)))
for (const [name = '', where = '', state = ''] of rows)
  console.log(`${name.padEnd(first ?? 0)} ${where.padEnd(second ?? 0)} ${state}`)
const starter = living.find(({ name }) => name === 'starter')
if (starter === undefined)
  console.log('The starter is gone, so nothing restarts what dies. npm start ends these processes and starts new ones.')
process.exitCode = starter !== undefined && rows.every(([, , state]) => state === 'runs' || state === 'ok') ? 0 : 1

/** The keeper sends events through each connector: Connect also says RUNNING when nothing flows. */
async function connectors(): Promise<readonly (readonly string[])[]> {
  const keeper = addresses['KEEPER_URL'] ?? ''
  const verdicts = await readKeeper(keeper)
  return connectorFiles(system, registry !== undefined).map(file => {
    const found = verdicts?.find(({ name }) => name === parse(file).name)
    const why = found === undefined ? 'not watched' : `${found.state}: ${found.reason}`
    const state =
      found !== undefined && isHealthy(found) ? 'ok' : `NOT OK: ${verdicts === undefined ? 'no answer' : why}`
    return [`${parse(file).name} flows`, `${keeper}/status`, state]
  })
}

/** The circuit breakers of the calls between services, as the console knows them. */
async function breakers(): Promise<readonly (readonly string[])[]> {
  const url = `${addresses['CONSOLE_URL']}/api/flow`
  const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined)
  if (answer?.ok !== true) return [] // The line of the console says why.
  const { calls } = (await answer.json()) as Flow
  return calls.map(({ from, to, breaker, words }) => [
    `${from} may call ${to}`,
    addresses[urlVariable(to)] ?? '',
    breaker === 'open' || breaker === null ? `NOT OK: ${words}` : 'ok'
  ])
}

async function health(name: string, address: string, token?: string): Promise<readonly string[]> {
  const { url, headers } = withoutAccount(address, token)
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(5_000) }).catch((error: unknown) => error)
  if (!(answer instanceof Response)) {
    const sentence = explainSecurity(answer, { part: name, address: new URL(url).host })
    return [name, url, `NOT OK: ${sentence ?? 'no answer'}`]
  }
  return [name, url, answer.ok ? 'ok' : `NOT OK: ${answer.status} ${await answer.text()}`]
}

/** A URL that may be printed, and its account or a token as a header. */
function withoutAccount(address: string, token?: string) {
  const url = new URL(resolveSecrets(address, process.env))
  const account = [url.username, url.password].map(decodeURIComponent).join(':')
  const basic = account === ':' ? undefined : `Basic ${Buffer.from(account).toString('base64')}`
  const authorization = token === undefined ? basic : `Bearer ${resolveSecrets(token, process.env)}`
  url.username = ''
  url.password = ''
  return { url: url.href, headers: authorization === undefined ? {} : { authorization } }
}
