import { type Stack, ensureKafkaAccounts, readOrCreateSecret } from '@outbox-cdc/stack'
import { connectSecrets } from './accounts.ts'
import { kafkaRights } from './kafka-rights.ts'
import { passwordFile } from './security-variables.ts'
import type { System } from './system.ts'

/** Creates the principals of a system with their ACLs, where the brokers are ours and secured. Repeated, it changes nothing. */
export async function ensurePrincipals(system: System, { kafka, security }: Stack, secretsDir: string): Promise<void> {
  if (security === undefined || kafka.security === undefined) return
  const accounts = [...kafkaRights(system)].map(async ([name, rights]) => {
    const folder = name === 'connect' ? connectSecrets(secretsDir) : secretsDir
    return { name, rights, password: await readOrCreateSecret(folder, passwordFile(name)) }
  })
  await ensureKafkaAccounts({ brokers: kafka.brokers, security: kafka.security }, await Promise.all(accounts))
}
