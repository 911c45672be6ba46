import { waitUntilRunning } from '@outbox-cdc/connectctl'
import type { Connector } from './connector.ts'
import type { Lab } from './lab.ts'

type Range = { readonly from: number; readonly to: number }

const nameOf = (number: number): string => `tenant_${number}`

/** Databases with an outbox of their own, and a connector for each, beside the one that is there. */
export async function addTenants(lab: Lab, connector: Connector, { from, to }: Range): Promise<void> {
  for (let number = from + 1; number <= to; number++) {
    const name = nameOf(number)
    await lab.db.query(
      `CREATE DATABASE IF NOT EXISTS ${name}; CREATE TABLE IF NOT EXISTS ${name}.outbox LIKE orders.outbox;
       GRANT SELECT ON ${name}.* TO debezium@'%'`
    )
    const config = {
      ...Object.fromEntries(
        Object.entries(connector.config).map(([key, value]) => [
          key,
          value.replaceAll('orders.outbox', `${name}.outbox`)
        ])
      ),
      'database.server.id': String(1_000 + number),
      'topic.prefix': name,
      'database.include.list': name,
      'table.include.list': `${name}.outbox`,
      'schema.history.internal.kafka.topic': `schema_changes.${name}`,
      'snapshot.mode': 'no_data'
    }
    await connector.api.request('PUT', `/connectors/${name}/config`, { body: config })
  }
  for (let number = from + 1; number <= to; number++)
    await waitUntilRunning(connector.api, nameOf(number), { settleMs: 0 })
}

export async function removeTenants(connector: Connector, to: number): Promise<void> {
  for (let number = 2; number <= to; number++)
    await connector.api.request('DELETE', `/connectors/${nameOf(number)}`, { orMissing: true })
}
