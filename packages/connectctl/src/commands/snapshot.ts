import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import type { ConnectorConfig } from '../connect-api.ts'
import { ConnectctlError } from '../errors.ts'
import { brokersOf, quietKafka } from '../kafka.ts'
import { openSession } from './context.ts'
import type { Context } from './context.ts'

export function addSnapshot(program: Command, context: Context): void {
  program
    .command('snapshot <connector>')
    .description('ask for an incremental snapshot: rows that exist now are sent as reads, while streaming goes on')
    .requiredOption('--tables <list>', 'such as orders.outbox, separated by commas')
    .action(async (name: string, { tables }: { tables: string }, command: Command) => {
      const session = openSession(command, context)
      const path = `/connectors/${encodeURIComponent(name)}/config`
      const config = await session.api.request<ConnectorConfig>('GET', path)
      const collections = tables.split(',').map(table => table.trim())
      await sendSignal(config, brokersOf(config, context.environment), collections)
      context.write(`✓ ${name}: asked for a snapshot of ${collections.join(', ')}`)
    })
}

/** Puts the signal where the connector reads signals; it answers nothing, so what can be checked is checked before. */
async function sendSignal(
  config: ConnectorConfig,
  brokers: readonly string[],
  collections: readonly string[]
): Promise<void> {
  const topic = config['signal.kafka.topic']
  if (!(config['signal.enabled.channels'] ?? '').split(',').includes('kafka') || topic === undefined)
    throw new ConnectctlError(
      'CONFIG_INVALID',
      'The connector reads no signals: it needs signal.enabled.channels=kafka, signal.kafka.topic, ' +
        'signal.kafka.bootstrap.servers and, to write nothing into MySQL, read.only=true'
    )
  const producer = quietKafka(brokers).producer()
  await producer.connect()
  try {
    const value = {
      id: randomUUID(),
      type: 'execute-snapshot',
      data: { type: 'INCREMENTAL', 'data-collections': collections }
    }
    await producer.send({ topic, messages: [{ key: config['topic.prefix'] ?? '', value: JSON.stringify(value) }] })
  } finally {
    await producer.disconnect()
  }
}
