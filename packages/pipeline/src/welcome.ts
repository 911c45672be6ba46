import { relative } from 'node:path'
import type { Addresses } from './addresses.ts'
import { type Settings, root } from './settings.ts'

/** What a person sees when everything is up: where it is, and what to try. */
export function welcome({ ports, dir }: Settings, addresses: Addresses, tookMs: number): string {
  const here = (address = '') => address.replaceAll('127.0.0.1', 'localhost').replaceAll(',', ', ')
  const folder = relative(root, dir) || dir
  const rows: readonly (readonly [string, string, string])[] = [
    ['order-service', `http://localhost:${ports.order}`, 'POST /order · API at /docs'],
    ['delivery-service', `http://localhost:${ports.delivery}`, 'GET /deliveries · API at /docs'],
    ['console', `http://localhost:${ports.console}`, 'see an order travel'],
    ['keeper', `http://localhost:${ports.keeper}`, 'is the connector alive: /health, /metrics'],
    ['Kafka Connect', here(addresses['CONNECT_URL']), 'REST, Debezium inside'],
    ['Kafka', here(addresses['KAFKA_BROKERS']), ''],
    ['MySQL', here(`${addresses['MYSQL_HOST']}:${addresses['MYSQL_PORT']}`), `passwords in ${folder}/secrets`],
    ...(addresses['SCHEMA_REGISTRY_URL'] === undefined
      ? []
      : [
          ['schema registry', here(new URL(addresses['SCHEMA_REGISTRY_URL']).origin), 'Avro; /apis/ccompat/v7'] as const
        ]),
    ['logs', `${folder}/logs`, '']
  ]
  const table = rows.map(([name, address, words]) => `  ${name.padEnd(17)} ${address.padEnd(24)} ${words}`.trimEnd())
  return `
Ready in ${(tookMs / 1000).toFixed(1)} s.

${table.join('\n')}

Try it:
  curl -i -X POST localhost:${ports.order}/order -H 'content-type: application/json' -d '{"name":"joon","quantity":95}'
  curl localhost:${ports.delivery}/deliveries/1

Stop with Ctrl-C. From here on, what the services say:
`
}
