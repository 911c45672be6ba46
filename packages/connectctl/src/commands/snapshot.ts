import type { Command } from 'commander'
import type { ConnectorConfig, ConnectorStatus } from '../connect/connect-api.ts'
import { pathOf, statusPath } from '../connect/connector-states.ts'
import { ConnectctlError } from '../connect/errors.ts'
import { isRunning } from '../connect/verdict.ts'
import { brokersOf } from '../connector/kafka.ts'
import { requestSnapshot } from '../connector/request-snapshot.ts'
import { type Context, openSession } from './context.ts'
import { tell } from './render.ts'

const help = `
Ends with 0 when the connector has read the signal, and with 1 when it has not within --timeout. The rows follow as the
binlog moves on: each chunk ends with the next transaction. Give each connector a signal topic of its own.`

export function addSnapshot(program: Command, context: Context): void {
  program
    .command('snapshot <connector>')
    .description('request an incremental snapshot: existing rows are sent as reads, while streaming continues')
    .requiredOption('--tables <list>', 'such as orders.outbox, separated by commas')
    .addHelpText('after', help)
    .action(async (name: string, flags: { tables: string }, command: Command) => {
      const session = openSession(command, context)
      const config = await session.api.request<ConnectorConfig>('GET', pathOf(name, '/config'))
      if (!isRunning(await session.api.request<ConnectorStatus>('GET', statusPath(name))))
        throw new ConnectctlError(
          'NOT_RUNNING',
          `${name} is not running, so it would not read the signal; nothing was sent`
        )
      const tables = flags.tables.split(',').map(table => table.trim())
      const brokers = brokersOf(config, context.environment)
      const { id } = await requestSnapshot({ config, brokers, tables, timeoutMs: session.retryForMs })
      const text = `✓ ${name}: has read the signal for a snapshot of ${tables.join(', ')}`
      tell(session, { name, signal: id, tables, read: true }, text)
    })
}
