import { runNode } from '@outbox-cdc/pipeline'
import { urlFor } from '@outbox-cdc/pipeline'
import type { Lab } from './lab.ts'

export type Store = 'delete' | 'blackhole' | 'keep'

export const databaseOf = (store: Store): string => (store === 'delete' ? 'orders' : `orders_${store}`)

/** A database of its own for each store that is not the usual one, made by the order service's migrations. */
export async function ensureStoreDatabases(lab: Lab): Promise<void> {
  const { host, port, rootPassword } = lab.stack.mysql
  for (const store of ['blackhole', 'keep'] as const) {
    const database = databaseOf(store)
    await lab.db.query(`CREATE DATABASE IF NOT EXISTS ${database}`)
    await lab.db.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${database}.* TO order_service@'%'`)
    const MYSQL_URL = `mysql://root:${encodeURIComponent(rootPassword)}@${host}:${port}/${database}`
    await runNode('order-service/src/migrate.ts', { MYSQL_URL, OUTBOX_STORE: store })
  }
}

export function storeUrl(lab: Lab, store: Store): Promise<string> {
  return urlFor('order_service', databaseOf(store), lab)
}
