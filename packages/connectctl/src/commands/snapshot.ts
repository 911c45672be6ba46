import { Option } from 'commander'
import type { ConnectorConfig, ConnectorStatus } from '../connect/connect-api.ts'
import { failureOf, pathOf, statusOf } from '../connect/connector-states.ts'
import { ConnectctlError } from '../connect/errors.ts'
import { failedPart, isRunning } from '../connect/verdict.ts'
import { kafkaOf } from '../kafka/kafka.ts'
import { requestSnapshot } from '../connector/request-snapshot.ts'
import type { Verb } from './context.ts'

const help = `
Ends with 0 when the connector has read the signal, and with 1 when it has not within --timeout. The rows follow as the
binlog moves on: each chunk ends with the next transaction. Give each connector a signal topic of its own.`

export const snapshot: Verb = {
  usage: 'snapshot <connector>',
  about: 'request an incremental snapshot: existing rows are sent as reads, while streaming continues',
  options: [new Option('--tables <list>', 'such as orders.outbox, separated by commas').makeOptionMandatory()],
  help,
  async run({ api, environment, timeoutMs }, name: string, flags: { tables: string }) {
    const config = await api.request<ConnectorConfig>('GET', pathOf(name, '/config'))
    if (!isRunning(await api.request<ConnectorStatus>('GET', pathOf(name, '/status'))))
      throw new ConnectctlError('NOT_RUNNING', `${name} is not running, so it reads no signal; nothing was sent`)
    const tables = flags.tables.split(',').map(table => table.trim())
    const requireRunning = async () => {
      const status = await statusOf(api, name)
      const failed = status && failedPart(status)
      if (failed) throw failureOf(name, failed)
    }
    const kafka = kafkaOf(config, environment)
    const id = await requestSnapshot({ config, kafka, tables, timeoutMs, requireRunning })
    const text = `✓ ${name}: has read the signal for a snapshot of ${tables.join(', ')}`
    return { value: { name, signal: id, tables, read: true }, text }
  }
}
