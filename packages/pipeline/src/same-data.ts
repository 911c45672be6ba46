import { StackError } from '@outbox-cdc/stack'
import { readAddresses } from './addresses.ts'
import type { Settings } from './settings.ts'

/** Refuses to start a folder as another system, or with events in the other format than its data. */
export async function requireSameData({ dir, system, registry = false }: DataSettings): Promise<void> {
  const before = await readAddresses(dir)
  if (Object.keys(before).length === 0) return
  const ways = 'take another folder (DATA_DIR), or clear the data: npm run reset.'
  const { SYSTEM: owner = system.name } = before
  if (owner !== system.name) {
    const problem = `${dir} holds the data of the system ${owner}, not of ${system.name}`
    throw new StackError('REQUIREMENT_MISSING', `${problem}. Start ${owner} there, ${ways}`)
  }
  // JSON and Avro events have different keys: one aggregate's events would lie in two partitions, without an order.
  const hadRegistry = before['SCHEMA_REGISTRY_URL'] !== undefined
  if (hadRegistry === registry) return
  const option = hadRegistry ? 'with --registry' : 'without --registry'
  throw new StackError(
    'REQUIREMENT_MISSING',
    `The data in ${dir} was started ${option}. Start ${option} again, ${ways}`
  )
}

type DataSettings = Pick<Settings, 'dir' | 'registry'> & { readonly system: { readonly name: string } }
