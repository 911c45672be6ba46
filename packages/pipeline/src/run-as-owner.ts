import { join } from 'node:path'
import { type Stack, externalStack } from '@outbox-cdc/stack'
import { type Addresses, readAddresses } from './addresses.ts'
import { runInTerminal } from './node-process.ts'
import { environmentOf } from './processes.ts'
import type { Settings } from './settings.ts'
import type { Service } from './system.ts'

type Run = { readonly service: Service; readonly file: string; readonly args: readonly string[] }

/**
 * Runs a file of a service in this terminal, with the service's environment but the account that owns its database, against the
 * servers of the last start. Resolves to its exit code; undefined if the system was never started.
 */
export async function runAsOwner({ system, dir }: Settings, { service, file, args }: Run): Promise<number | undefined> {
  const addresses = await readAddresses(dir)
  if (Object.keys(addresses).length === 0) return undefined
  const around = { system, stack: stackAt(addresses), addresses, secretsDir: join(dir, 'secrets'), asOwner: true }
  return runInTerminal(file, await environmentOf(service, around), args)
}

/** The superusers' passwords aren't needed here. */
function stackAt(addresses: Addresses): Stack {
  const { MYSQL_HOST, MYSQL_PORT, MYSQL_TLS, POSTGRES_HOST, POSTGRES_PORT, POSTGRES_TLS } = addresses
  return externalStack({
    mysql: { host: MYSQL_HOST ?? '', port: Number(MYSQL_PORT), rootPassword: '', tls: MYSQL_TLS },
    ...(POSTGRES_HOST !== undefined && {
      postgres: { host: POSTGRES_HOST, port: Number(POSTGRES_PORT), password: '', tls: POSTGRES_TLS }
    }),
    kafka: { brokers: addresses['KAFKA_BROKERS']?.split(',') ?? [] },
    connect: { urls: [] }
  })
}
