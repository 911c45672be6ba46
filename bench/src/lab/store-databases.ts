import { runNode } from '@outbox-cdc/pipeline'
import { urlFor } from '@outbox-cdc/pipeline'
import type { Lab } from './lab.ts'

export type Store = 'delete' | 'blackhole'

export const databaseOf = (store: Store): string => (store === 'delete' ? 'orders' : `orders_${store}`)

/** A database for the blackhole store, made by the order service's migrations; the delete store uses the usual one. */
export async function ensureBlackholeDatabase(lab: Lab): Promise<void> {
  const { host, port, rootPassword } = lab.stack.mysql
  const database = databaseOf('blackhole')
  await lab.db.query(`CREATE DATABASE IF NOT EXISTS ${database}`)
  await lab.db.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${database}.* TO order_service@'%'`)
  const MYSQL_URL = `mysql://root:${encodeURIComponent(rootPassword)}@${host}:${port}/${database}`
  await runNode('order-service/src/migrate.ts', { MYSQL_URL, OUTBOX_STORE: 'blackhole' })
}

export function storeUrl(lab: Lab, store: Store): Promise<string> {
  return urlFor('order_service', databaseOf(store), lab)
}
