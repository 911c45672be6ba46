import type { Progress } from '@outbox-cdc/stack'
import { ensureAccounts } from './accounts.ts'
import { ensurePrincipals } from './kafka-accounts.ts'
import { runNode } from './node-process.ts'
import { type Surroundings, environmentOf } from './processes.ts'
import { grantProbes } from './postgres-accounts.ts'
import type { Service } from './system.ts'
import { ensureTopics } from './topics.ts'

/**
 * Creates what must exist before the first service starts: accounts, topics and tables. Repeated, it changes nothing. With
 * `topicsExist` it doesn't ask Kafka.
 */
export async function prepare(around: Surroundings, progress: Progress, topicsExist = false): Promise<void> {
  const { system, stack, secretsDir } = around
  await progress(topicsExist ? 'accounts' : 'accounts and topics', () =>
    Promise.all([
      ensureAccounts(system, stack, secretsDir),
      topicsExist ? undefined : ensureTopics(system, stack.kafka),
      // On servers that run already, they are not ours to make.
      stack.security === undefined ? undefined : ensurePrincipals(system, stack.kafka, secretsDir)
    ])
  )
  const runMigration = async (service: Service) => {
    if (service.migrate === undefined) return
    await runNode(service.migrate, await environmentOf(service, { ...around, asOwner: true }))
  }
  await progress('tables (migrations)', async () => {
    await Promise.all(system.services.map(runMigration))
    if (stack.postgres !== undefined) await grantProbes(system, stack.postgres)
  })
}
