import { StackError } from '@outbox-cdc/stack'
import { readAddresses } from './addresses.ts'
import type { Settings } from './settings.ts'

/** JSON and Avro events have different keys: one order's events would lie in two partitions, without an order. */
export async function requireSameEvents({ dir, registry = false }: Pick<Settings, 'dir' | 'registry'>): Promise<void> {
  const before = await readAddresses(dir)
  if (Object.keys(before).length === 0) return
  const hadRegistry = before['SCHEMA_REGISTRY_URL'] !== undefined
  if (hadRegistry === registry) return
  const withOrWithout = hadRegistry ? 'with' : 'without'
  throw new StackError(
    'REQUIREMENT_MISSING',
    `The data in ${dir} was started ${withOrWithout} --registry. Start ${withOrWithout} it again, take another folder ` +
      `(DATA_DIR), or clear the data: npm run reset.`
  )
}
