import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { resolveSecrets } from '@outbox-cdc/outbox/security'
import { Option } from 'commander'
import { pino } from 'pino'
import { ConnectctlError } from '../connect/errors.ts'
import { type ConnectorFile, connectorFiles } from '../connector/connector-file.ts'
import { startKeeper } from '../keep/keeper.ts'
import { itemsOf } from '../settings/captured-tables.ts'
import { type Engine, engineOf } from '../settings/engine.ts'
import type { Environment } from '../settings/secrets.ts'
import type { ProbeAccount } from '../source/source.ts'
import { positive, type Verb } from './context.ts'

type Numbers = Readonly<Record<'port' | 'every' | 'redAfter' | 'minFree', number>>
type KeepFlags = Numbers & {
  readonly host: string
  readonly jmx?: string
  readonly watchDisk: readonly string[]
  readonly slotLag?: number
}

const help = `
The heartbeat is a row of the captured table connect_heartbeat, written by the account of KEEPER_MYSQL_URL
(mysql://user:password@host:port) or KEEPER_POSTGRES_URL (postgres://…), or by the account "keeper" with the password in
SECRETS_DIR/keeper. It needs SELECT, INSERT, DELETE on that table, and on MySQL also CREATE.

Answers: /health (503 when nothing flows), /health/live, /metrics.`

export const keep: Verb = {
  usage: 'keep [connectors...]',
  about: 'run the keeper: check every second that events flow, restart what a restart heals, name every other cause',
  options: [
    new Option('--host <address>', 'address to listen on').default('127.0.0.1'),
    new Option('--port <number>', 'port to listen on').argParser(positive).default(8084),
    new Option('--every <seconds>', 'interval of the probe').argParser(positive).default(1),
    new Option('--red-after <seconds>', 'the flow is red without a probe for this long').argParser(positive).default(5),
    new Option('--jmx <urls>', "the workers' JMX exporters, for /metrics (or JMX_URLS)"),
    new Option(
      '--slot-lag <MiB>',
      'name a slot of PostgreSQL that holds more WAL (default: half of its limit)'
    ).argParser(positive),
    new Option('--watch-disk <paths...>', 'folders of the database and Kafka on this machine').default([]),
    new Option('--min-free <MiB>', 'report a full disk below this free space').argParser(positive).default(64)
  ],
  help,
  async run(session, names: string[], flags: KeepFlags) {
    const { environment } = session
    const { jmx = environment['JMX_URLS'] ?? '' } = flags
    const keeper = await startKeeper({
      ...flags,
      api: session.connect({ retryForMs: 0, answerTimeoutMs: 5_000 }),
      files: await connectorFiles(names, session),
      environment,
      accountFor: await keeperAccount(environment),
      slotLagBytes: flags.slotLag === undefined ? undefined : flags.slotLag * 1024 * 1024,
      everyMs: flags.every * 1000,
      redAfterMs: flags.redAfter * 1000,
      jmxUrls: itemsOf(jmx),
      diskPaths: flags.watchDisk,
      leastFreeBytes: flags.minFree * 1024 * 1024,
      log: pino({ name: 'keeper', level: environment['LOG_LEVEL'] ?? 'info' })
    })
    await session.untilStopped()
    await keeper.stop()
  }
}

const variables: Readonly<Record<Engine, readonly [name: string, scheme: RegExp]>> = {
  MySQL: ['KEEPER_MYSQL_URL', /^mysql:$/],
  PostgreSQL: ['KEEPER_POSTGRES_URL', /^postgres(ql)?:$/]
}

/** The account of the engine's URL, or else the account "keeper" of each connector's database. */
async function keeperAccount(environment: Environment): Promise<(file: ConnectorFile) => ProbeAccount> {
  const uris = new Map<string, string>()
  for (const [name, scheme] of Object.values(variables)) {
    const value = environment[name]
    const given = value === undefined ? undefined : resolveSecrets(value, environment)
    if (given !== undefined) uris.set(name, given)
    if (given !== undefined && !scheme.test(URL.parse(given)?.protocol ?? ''))
      throw new ConnectctlError('VARIABLE_MISSING', `${name} is not ${schemeIn(name)}://user:password@host:port`)
  }
  const path = join(environment['SECRETS_DIR'] ?? '.', 'keeper')
  const password = (await readFile(path, 'utf8').catch(() => undefined))?.trimEnd()
  return ({ config }) => {
    const [name] = variables[engineOf(config)]
    const uri = uris.get(name)
    if (uri !== undefined) return { uri }
    if (password !== undefined) return { user: 'keeper', password }
    const message = `The keeper has no account: set ${name}, or put its password into SECRETS_DIR/keeper`
    throw new ConnectctlError('VARIABLE_MISSING', message)
  }
}

const schemeIn = (variable: string) => (variable === 'KEEPER_MYSQL_URL' ? 'mysql' : 'postgres')
