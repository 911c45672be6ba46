import type { Progress, Stack } from '@outbox-cdc/stack'
import { ensureAccounts, urlFor } from './accounts.ts'
import { runNode } from './node-process.ts'
import type { Settings } from './settings.ts'
import { ensureTopics } from './topics.ts'

export type Preparation = {
  readonly stack: Stack
  readonly secretsDir: string
  readonly outboxStore?: Settings['outboxStore'] | undefined
  readonly registry?: Settings['registry'] | undefined
  readonly progress: Progress
}

/** All that must be there before the first service starts: accounts, topics and tables. A repeat changes nothing. */
export async function prepare(preparation: Preparation): Promise<void> {
  const { stack, secretsDir, progress } = preparation
  await progress('accounts and topics', () =>
    Promise.all([ensureAccounts(stack, secretsDir), ensureTopics(stack.kafka.brokers)])
  )
  await progress('tables (migrations)', () => migrate(preparation))
}

async function migrate({ stack, secretsDir, outboxStore, registry }: Preparation): Promise<void> {
  const at = { stack, secretsDir }
  const store = {
    ...(outboxStore === undefined ? {} : { OUTBOX_STORE: outboxStore }),
    ...(registry === true ? { SCHEMA_REGISTRY_URL: stack.registry?.url ?? '' } : {})
  }
  await Promise.all([
    runNode('order-service/src/migrate.ts', { MYSQL_URL: await urlFor('orders_owner', 'orders', at), ...store }),
    runNode('delivery-service/src/migrate.ts', { MYSQL_URL: await urlFor('deliveries_owner', 'deliveries', at) })
  ])
}
