import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Option } from 'commander'
import type { ConnectionOptions } from 'mysql2/promise'
import { pino } from 'pino'
import { createConnectApi } from '../connect/connect-api.ts'
import { ConnectctlError } from '../connect/errors.ts'
import { type ConnectorFile, connectorFiles } from '../connector/connector-file.ts'
import { serverOf } from '../connector/source-database.ts'
import { startKeeper } from '../keep/keeper.ts'
import { itemsOf } from '../settings/captured-tables.ts'
import type { Environment } from '../settings/secrets.ts'
import { positive, type Verb } from './context.ts'

type Numbers = Readonly<Record<'port' | 'every' | 'redAfter' | 'minFree', number>>
type KeepFlags = Numbers & { readonly host: string; readonly jmx?: string; readonly watchDisk: readonly string[] }

const help = `
The heartbeat is a row of the captured table connect_heartbeat, written by the account of KEEPER_MYSQL_URL
(mysql://user:password@host:port), or by the account "keeper" with the password in SECRETS_DIR/keeper.
It needs CREATE, SELECT, INSERT, DELETE on that table.

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
    new Option('--watch-disk <paths...>', 'folders of MySQL and Kafka on this machine').default([]),
    new Option('--min-free <MiB>', 'report a full disk below this free space').argParser(positive).default(64)
  ],
  help,
  async run(session, names: string[], flags: KeepFlags) {
    const { environment } = session
    const { jmx = environment['JMX_URLS'] ?? '' } = flags
    const keeper = await startKeeper({
      ...flags,
      api: createConnectApi({ url: session.url, retryForMs: 0, answerTimeoutMs: 5_000 }),
      files: await connectorFiles(names, session),
      environment,
      mysqlFor: await keeperAccount(environment),
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

/** The account of KEEPER_MYSQL_URL, or the account "keeper" of each connector's MySQL. */
async function keeperAccount(environment: Environment): Promise<(file: ConnectorFile) => ConnectionOptions> {
  const given = environment['KEEPER_MYSQL_URL']
  if (given !== undefined) {
    if (URL.parse(given)?.protocol !== 'mysql:')
      throw new ConnectctlError('VARIABLE_MISSING', 'KEEPER_MYSQL_URL is not mysql://user:password@host:port')
    return () => ({ uri: given })
  }
  const secret = await readFile(join(environment['SECRETS_DIR'] ?? '.', 'keeper'), 'utf8').catch(cause => {
    const message = 'The keeper has no account: set KEEPER_MYSQL_URL, or put its password into SECRETS_DIR/keeper'
    throw new ConnectctlError('VARIABLE_MISSING', message, { cause })
  })
  return ({ config }) => ({ ...serverOf(config), user: 'keeper', password: secret.trimEnd() })
}
