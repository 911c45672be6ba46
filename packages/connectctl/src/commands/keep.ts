import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { pino } from 'pino'
import { createConnectApi } from '../connect/connect-api.ts'
import { ConnectctlError } from '../connect/errors.ts'
import type { ConnectorFile, Environment } from '../connector/connector-file.ts'
import { hostOf } from '../connector/source-database.ts'
import type { MysqlAddress } from '../keep/heartbeat-writer.ts'
import { startKeeper } from '../keep/keeper.ts'
import { connectorFiles, type Context, openSession, positive } from './context.ts'

type KeepFlags = {
  readonly host: string
  readonly port: number
  readonly every: number
  readonly redAfter: number
  readonly jmx: string
  readonly watchDisk: readonly string[]
  readonly minFree: number
}

const help = `
The heartbeat is a row of the captured table connect_heartbeat, written by the account of KEEPER_MYSQL_URL
(mysql://user:password@host:port), or by the account "keeper" with the password in SECRETS_DIR/keeper.
It needs CREATE, SELECT, INSERT, DELETE on that table.

Answers: /health (503 when nothing flows), /health/live, /metrics.`

export function addKeep(program: Command, context: Context): void {
  const { environment } = context
  program
    .command('keep [connectors...]')
    .description(
      'run the keeper: check every second that events flow, restart what a restart heals, name every other cause'
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on', positive(), 8084)
    .option('--every <seconds>', 'interval of the probe', positive(), 1)
    .option('--red-after <seconds>', 'without a probe for this long, the flow is red', positive(), 5)
    .option('--jmx <urls>', "the workers' JMX exporters, for /metrics (JMX_URLS)", environment['JMX_URLS'] ?? '')
    .option('--watch-disk <paths...>', 'folders of MySQL and Kafka on this machine', [])
    .option('--min-free <MiB>', 'report a full disk below this free space', positive(), 64)
    .addHelpText('after', help)
    .action(async (names: string[], flags: KeepFlags, command: Command) => {
      const session = openSession(command, context)
      const files = await connectorFiles(names, session)
      const keeper = await startKeeper({
        api: createConnectApi({ url: session.url, retryForMs: 0, answerTimeoutMs: 5_000 }),
        files,
        environment,
        mysqlFor: await keeperAccount(environment),
        host: flags.host,
        port: flags.port,
        everyMs: flags.every * 1000,
        redAfterMs: flags.redAfter * 1000,
        jmxUrls: flags.jmx.split(',').filter(url => url !== ''),
        diskPaths: flags.watchDisk,
        leastFreeBytes: flags.minFree * 1024 * 1024,
        log: pino({ name: 'keeper', level: environment['LOG_LEVEL'] ?? 'info' })
      })
      await context.untilStopped()
      await keeper.stop()
    })
}

/** The account of KEEPER_MYSQL_URL, or the account "keeper" of each connector's MySQL. */
async function keeperAccount(environment: Environment): Promise<(file: ConnectorFile) => MysqlAddress> {
  const given = environment['KEEPER_MYSQL_URL']
  if (given !== undefined) {
    const url = URL.parse(given)
    if (url?.protocol !== 'mysql:')
      throw new ConnectctlError('VARIABLE_MISSING', 'KEEPER_MYSQL_URL is not mysql://user:password@host:port')
    const [user = '', password = ''] = [url.username, url.password].map(decodeURIComponent)
    return () => ({ host: url.hostname, port: Number(url.port === '' ? 3306 : url.port), user, password })
  }
  const secret = await readFile(join(environment['SECRETS_DIR'] ?? '.', 'keeper'), 'utf8').catch(cause => {
    const message = 'The keeper has no account: set KEEPER_MYSQL_URL, or put its password into SECRETS_DIR/keeper'
    throw new ConnectctlError('VARIABLE_MISSING', message, { cause })
  })
  return ({ config }) => ({ ...hostOf(config), user: 'keeper', password: secret.trimEnd() })
}
