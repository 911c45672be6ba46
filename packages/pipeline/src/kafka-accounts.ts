import { type Stack, ensureKafkaAccounts, readOrCreateSecret } from '@outbox-cdc/stack'
import { connectSecrets } from './accounts.ts'
import { kafkaRights } from './kafka-rights.ts'
import { passwordFile } from './security-variables.ts'
import type { System } from './system.ts'

/** Creates the principals of a system with their ACLs. Repeated, it changes nothing. */
export async function ensurePrincipals(
  system: System,
  { brokers, security = {} }: Stack['kafka'],
  secretsDir: string
): Promise<void> {
  const accounts = [...kafkaRights(system)].map(async ([name, rights]) => {
    const folder = name === 'connect' ? connectSecrets(secretsDir) : secretsDir
    return { name, rights, password: await readOrCreateSecret(folder, passwordFile(name)) }
  })
  await ensureKafkaAccounts({ brokers, security }, await Promise.all(accounts))
}
