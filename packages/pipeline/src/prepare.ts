import type { Progress } from '@outbox-cdc/stack'
import { ensureAccounts } from './accounts.ts'
import { runNode } from './node-process.ts'
import { type Surroundings, migrations } from './processes.ts'
import { ensureTopics } from './topics.ts'

/** Creates what must exist before the first service starts: accounts, topics and tables. Repeated, it changes nothing. */
export async function prepare(around: Surroundings, progress: Progress): Promise<void> {
  const { system, stack, secretsDir } = around
  await progress('accounts and topics', () =>
    Promise.all([ensureAccounts(system, stack, secretsDir), ensureTopics(system, stack.kafka.brokers)])
  )
  await progress('tables (migrations)', async () =>
    Promise.all((await migrations(around)).map(({ file, env }) => runNode(file, env)))
  )
}
