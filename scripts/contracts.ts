import { join, relative } from 'node:path'
import {
  allSystems,
  type BrokerAddress,
  check,
  providerDatabases,
  runStub,
  startOwnBroker
} from '@outbox-cdc/contracts'
import { exitWithUsage, optionsOrExit, progressLines, root } from '@outbox-cdc/pipeline'

const { DATA_DIR, CONTRACTS_PORT, PACT_BROKER_BASE_URL, PACT_BROKER_USERNAME, PACT_BROKER_PASSWORD } = process.env
const dir = DATA_DIR ?? join(root, '.data/contracts')
const port = Number(CONTRACTS_PORT ?? 9292)
const usage = `Usage: npm run contracts -- [COMMAND] [options]

  start            (default) starts a contract broker with its pages, until Ctrl-C; what was published stays
  check            writes the contract of every pair of services, publishes it, verifies it against its provider, and asks
                   for each service whether it can be deployed. Exit code 1 if one can't
  stub PROVIDER    answers as a provider would, from the contracts of the services that ask it

  --to ENV         check: to an environment such as production, with what the broker says is there; without it, all
                   services are deployed together, as they are here
  --port N         stub: the port (default: the usual one of the provider)
  --help           this text

check publishes to the broker at PACT_BROKER_BASE_URL (PACT_BROKER_USERNAME, PACT_BROKER_PASSWORD). Without that, it takes one
that answers on port ${port}, or starts one for as long as it runs. CONTRACTS_PORT sets the port of start (${port}).
Data and logs: ${relative(root, dir) || dir}, or the folder in DATA_DIR.`

const options = { to: { type: 'string' }, port: { type: 'string' } } as const
const { positionals, to, port: stubPort } = optionsOrExit(options, usage, true)
const [command = 'start', provider] = positionals
const progress = progressLines(process.stdout)
const say = (line: string) => console.log(line)
const ownBroker = () => startOwnBroker({ dir, port, progress, say: line => say(`! ${line}`) })

const commands: Readonly<Record<string, () => Promise<boolean>>> = { start, check: checkAll, stub }
const run = commands[command] ?? exitWithUsage(`There is no command "${command}".`, usage)
try {
  process.exitCode = (await run()) ? 0 : 1
} catch (error) {
  console.error(`✗ ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

async function start(): Promise<boolean> {
  const { url, stop } = await ownBroker()
  say(`\nContracts: ${url}\nPublish and verify them: npm run contracts -- check\nStop with Ctrl-C; the data stays.\n`)
  await new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve)
  })
  await stop()
  return true
}

async function checkAll(): Promise<boolean> {
  const broker = await findBroker()
  const databases = providerDatabases(join(dir, 'providers'), progress)
  const pactDir = join(dir, 'pacts')
  try {
    const systems = await allSystems()
    const mysql = () => databases.create()
    const fine = await check({ systems, broker: broker.address, pactDir, to, mysql, progress, say })
    if (broker.stop !== undefined) say(`\nLook at the contracts: npm run contracts`)
    return fine
  } finally {
    await Promise.all([databases.stop(), broker.stop?.()])
  }
}

async function stub(): Promise<boolean> {
  if (provider === undefined) exitWithUsage('Name a provider, such as shop.product.', usage)
  await runStub({ provider, port: stubPort === undefined ? undefined : Number(stubPort), print: say })
  return true
}

type Found = { readonly address: BrokerAddress; readonly stop?: () => Promise<void> }

async function findBroker(): Promise<Found> {
  const login = {
    ...(PACT_BROKER_USERNAME && { username: PACT_BROKER_USERNAME }),
    ...(PACT_BROKER_PASSWORD && { password: PACT_BROKER_PASSWORD })
  }
  if (PACT_BROKER_BASE_URL) {
    if (!(await isBroker(PACT_BROKER_BASE_URL)))
      throw new Error(
        `No contract broker answers at ${PACT_BROKER_BASE_URL} (PACT_BROKER_BASE_URL). Start it, or unset the variable.`
      )
    return { address: { url: PACT_BROKER_BASE_URL, ...login } }
  }
  const usual = `http://127.0.0.1:${port}`
  if (await isBroker(usual)) return { address: { url: usual, ...login } }
  const { url, stop } = await ownBroker()
  return { address: { url }, stop }
}

async function isBroker(url: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(5_000)
    const { ok } = await fetch(new URL('/diagnostic/status/heartbeat', url), { signal })
    return ok
  } catch {
    return false
  }
}
